using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Semver;

namespace Ccm.Engine.Control;

/// <summary>A lab to publish. What is null is derived from the lab file.</summary>
public sealed record PublishRequest
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    public required string LabYaml { get; init; }
    public string? Description { get; init; }
    public LabResources? Resources { get; init; }
    public string? CmlVersionRange { get; init; }
    public string? Region { get; init; }
    public ImmutableArray<LicenseType>? LicenseAffinity { get; init; }
    public int? MaxDurationMinutes { get; init; }
    public int? WarmPoolDepth { get; init; }
    public string? ArtifactUri { get; init; }
    public string? GradingRulesUri { get; init; }
    public string? OwnerNotification { get; init; }
    public string? ChangeNote { get; init; }

    /// <summary>The version that was edited, empty for none: refused when another is the newest by now. Null: whatever is newest.</summary>
    public string? BasedOn { get; init; }
}

public sealed partial class ControlPlane
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>Publishes a lab, or one more version of it. The same lab with the same settings is not a new version.</summary>
    public Task<LabletDefinition> PublishAsync(Actor actor, Operation operation, PublishRequest request, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.EditDefinitions, "publish definitions");
        DefinitionRules.Check(request);
        var topology = LabFile.Parse(request.LabYaml);
        RefuseWhenOutboxIsFull();
        return CommitAsync(actor, operation, async (_, mutation) =>
        {
            var pointer = await ReadNowAsync<DefinitionPointer>(StateKeys.Definition(request.Name), cancellationToken);
            var published = pointer?.Value ?? new DefinitionPointer();
            var definition = Preview(request, topology) with { CreatedAt = mutation.Now, CreatedBy = actor.Id, OperationId = operation.Id };
            if (published.Status == DefinitionStatus.Deprecated)
                throw RefusedException.Conflict($"Definition '{request.Name}' is deprecated.", "Publish under another name.", "name");
            var same = published.Versions.FirstOrDefault(v => v.Version == request.Version);
            var others = same is null ? [] : await DifferencesAsync(same, definition, cancellationToken);
            if (same is not null && others.IsEmpty)
            {
                if (published.Status == DefinitionStatus.Deleted)
                    Restore(mutation, request.Name, pointer!);
                return await ReadDefinitionAsync(request.Name, request.Version, cancellationToken);
            }
            if (request.BasedOn is { Length: > 0 } gone && published is { Status: DefinitionStatus.Deleted, Latest: { } deleted })
                throw RefusedException.Conflict($"'{request.Name}' was deleted; yours was made from {gone}.",
                    $"Publish it as a version above {deleted} that is based on none to bring it back with all its versions, or publish under another name.", "basedOn");
            if (request.BasedOn is { } edited && edited != (published.Status == DefinitionStatus.Deleted ? "" : published.Latest ?? ""))
                throw RefusedException.Conflict($"The newest version of '{request.Name}' is {published.Latest ?? "none"}; yours was made from {(edited.Length == 0 ? "none" : edited)}.",
                    "Look at what was published meanwhile, then publish again on top of it.", "basedOn");
            if (same is not null)
                throw Taken(definition, others, published.Latest!);
            if (published is { Status: not DefinitionStatus.Deleted, Versions: [.., var newest] } && (await DifferencesAsync(newest, definition, cancellationToken)).IsEmpty)
                throw RefusedException.Conflict($"Lab and settings are the same as version {newest.Version} of '{request.Name}'.", "Change the lab or a setting, or keep using that version.", "version");
            if (published.Latest is { } latest && SemVersion.ComparePrecedence(SemVersion.Parse(request.Version), SemVersion.Parse(latest)) <= 0)
                throw RefusedException.Conflict($"Version {request.Version} does not follow {latest}, the newest of '{request.Name}'.", $"Give a version above {latest}.", "version");
            if (await AskDocumentsAsync(() => definitions.UpsertAsync(definition, request.LabYaml, cancellationToken)) == UpsertResult.Different)
                return await SameFromOtherAsync(definition, cancellationToken) ?? throw RefusedException.Conflict($"Version {request.Version} of '{request.Name}' is being published by somebody else.", "Try again in a minute.", "version");
            mutation.PutDefinition(request.Name, published with
            {
                Status = DefinitionStatus.Active,
                Versions = published.Versions.Add(new PublishedVersion(request.Version, definition.LabSha256, mutation.Now, actor.Id)),
            }, pointer?.ModRevision ?? 0);
            mutation.Event(published.Versions.IsEmpty ? EventTypes.DefinitionCreated : EventTypes.DefinitionVersionCreated,
                Subjects.Definition(request.Name), $"{actor.Name} published version {request.Version}.", null, definition);
            return definition;
        }, _ => ReadDefinitionAsync(request.Name, request.Version, cancellationToken), cancellationToken);
    }

    /// <summary>The same, published by somebody who was a moment ahead; null when nothing came of it.</summary>
    /// <exception cref="RefusedException">What they published is another.</exception>
    private async Task<LabletDefinition?> SameFromOtherAsync(LabletDefinition definition, CancellationToken cancellationToken)
    {
        for (var look = 0; look < 20; look++)
        {
            var pointer = await ReadNowAsync<DefinitionPointer>(StateKeys.Definition(definition.Name), cancellationToken);
            if (pointer?.Value.Versions.FirstOrDefault(version => version.Version == definition.Version) is { } published)
            {
                var others = await DifferencesAsync(published, definition, cancellationToken);
                return others.IsEmpty ? await ReadDefinitionAsync(definition.Name, definition.Version, cancellationToken) : throw Taken(definition, others, pointer.Value.Latest!);
            }
            await Task.Delay(LookAgain, time, cancellationToken);
        }
        return null;
    }

    /// <summary>Fields of a request in which what is published is another; empty: it is the same.</summary>
    private async Task<ImmutableArray<string>> DifferencesAsync(PublishedVersion published, LabletDefinition definition, CancellationToken cancellationToken) =>
        published.LabSha256 != definition.LabSha256 ? ["labYaml"]
        : DefinitionRules.OtherSettings(await ReadDefinitionAsync(definition.Name, published.Version, cancellationToken), definition);

    private static RefusedException Taken(LabletDefinition definition, ImmutableArray<string> others, string latest) => RefusedException.Conflict(
        $"Version {definition.Version} of '{definition.Name}' is published already, with {(others is ["labYaml"] ? "another lab" : $"other settings: {string.Join(", ", others)}")}.",
        $"Publish yours as a newer version than {latest}.", "version");

    /// <summary>A deleted definition whose newest publication is one of its own versions again is there again, with all of them.</summary>
    private static void Restore(Mutation mutation, string name, Revised<DefinitionPointer> deleted)
    {
        var restored = deleted.Value with { Status = DefinitionStatus.Active };
        mutation.PutDefinition(name, restored, deleted.ModRevision);
        mutation.Event(EventTypes.DefinitionRestored, Subjects.Definition(name), $"{mutation.Actor.Name} published it again.", deleted.Value, restored);
    }

    /// <summary>Takes no new reservations; running ones go on.</summary>
    public Task<DefinitionPointer> DeprecateAsync(Actor actor, Operation operation, string name, CancellationToken cancellationToken) =>
        ChangeStatusAsync(actor, operation, name, DefinitionStatus.Deprecated, EventTypes.DefinitionDeprecated, cancellationToken);

    /// <summary>Deletes softly. Deprecated first, so that no reservation slips in; restored when instances turn out to live.</summary>
    public async Task<DefinitionPointer> DeleteDefinitionAsync(Actor actor, Operation operation, string name, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.EditDefinitions, "change definitions");
        if (operation.RequestHash is not null && await WasAppliedAsync(operation, cancellationToken))
            return cache.Current.Definitions[name].Value;
        var before = await ReadPointerAsync(name, cancellationToken);
        if (before.Value.Status == DefinitionStatus.Active)
            await DeprecateAsync(actor, Operation.New(), name, cancellationToken);
        var deprecated = await ReadPointerAsync(name, cancellationToken);
        var living = await LivingInstancesAsync(name, deprecated.ModRevision, cancellationToken);
        if (living.Length > 0)
        {
            if (before.Value.Status == DefinitionStatus.Active)
                await ChangeStatusAsync(actor, Operation.New(), name, DefinitionStatus.Active, EventTypes.DefinitionRestored, cancellationToken);
            throw RefusedException.Conflict($"{Counted.Of(living.Length, $"instance of '{name}' lives", $"instances of '{name}' live")}, '{living[0]}' among them.", "End them first, or deprecate the definition.");
        }
        return await ChangeStatusAsync(actor, operation, name, DefinitionStatus.Deleted, EventTypes.DefinitionDeleted, cancellationToken, onlyAt: deprecated.ModRevision);
    }

    /// <param name="onlyAt">The pointer's revision for which it was decided; another delete may have restored it since. Null: whatever it is.</param>
    private Task<DefinitionPointer> ChangeStatusAsync(
        Actor actor, Operation operation, string name, DefinitionStatus status, string eventType, CancellationToken cancellationToken, long? onlyAt = null)
    {
        Authorise(actor, Permission.EditDefinitions, "change definitions");
        RefuseWhenOutboxIsFull();
        return CommitAsync(actor, operation, async (_, mutation) =>
        {
            var pointer = await ReadPointerAsync(name, cancellationToken);
            mutation.Guard(StateKeys.Definition(name), pointer.ModRevision);
            if (pointer.Value.Status == status)
                return pointer.Value;
            if (onlyAt is { } revision && pointer.ModRevision != revision)
                throw RefusedException.Conflict($"Definition '{name}' was changed by somebody else meanwhile.", "Look at it again, then repeat.");
            var next = pointer.Value with { Status = status };
            mutation.PutDefinition(name, next, pointer.ModRevision);
            mutation.Event(eventType, Subjects.Definition(name), $"{actor.Name} made it {Capitals(status)}.", pointer.Value, next);
            return next;
        }, async _ => (await ReadPointerAsync(name, cancellationToken)).Value, cancellationToken);
    }

    private async Task<Revised<DefinitionPointer>> ReadPointerAsync(string name, CancellationToken cancellationToken)
    {
        var pointer = cache.Current.Definitions.GetValueOrDefault(name)
            ?? (await SeeStoreAsync(StateKeys.Definition(name), cancellationToken)).Definitions.GetValueOrDefault(name);
        return pointer is null or { Value.Status: DefinitionStatus.Deleted } ? throw RefusedException.NotFound("definition", name) : pointer;
    }

    /// <summary>Instances of a definition that have not ended, as the store has them at or after a revision.</summary>
    private async Task<string[]> LivingInstancesAsync(string name, long revision, CancellationToken cancellationToken)
    {
        await CatchUpAsync(revision, cancellationToken);
        return cache.Freshness.Revision < revision
            ? throw RefusedException.Unavailable("The watch is behind, so living instances cannot be ruled out.")
            : [.. cache.Current.Instances.Values.Where(entry => entry.Value.DefinitionId == name && entry.Value.State != InstanceState.Terminated).Select(entry => entry.Id)];
    }

    /// <summary>What publishing it would make, but for when and by whom.</summary>
    /// <exception cref="LabRefusedException">The lab is no usable one.</exception>
    public static LabletDefinition Preview(PublishRequest request) => Preview(request, LabFile.Parse(request.LabYaml));

    /// <param name="topology">The lab, once it is read.</param>
    public static LabletDefinition Preview(PublishRequest request, LabTopology topology) => new()
    {
        Name = request.Name,
        Version = request.Version,
        Title = topology.Title,
        Description = request.Description ?? topology.Description,
        LabSha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.LabYaml))),
        ArtifactUri = request.ArtifactUri,
        Resources = request.Resources ?? LabEstimate.Of(topology).Resources,
        CmlVersionRange = request.CmlVersionRange ?? "",
        Region = request.Region ?? "",
        LicenseAffinity = [.. request.LicenseAffinity?.Distinct() ?? []],
        NodeCount = topology.NodeCount,
        LicensedNodeCount = topology.LicensedNodeCount,
        LinkCount = topology.LinkCount,
        PortNames = PortTemplate.Derive(topology),
        MaxDurationMinutes = request.MaxDurationMinutes ?? 240,
        WarmPoolDepth = request.WarmPoolDepth ?? 0,
        GradingRulesUri = request.GradingRulesUri,
        OwnerNotification = request.OwnerNotification,
        CreatedAt = default,
        CreatedBy = "",
        ChangeNote = request.ChangeNote ?? "",
        OperationId = "",
    };
}
