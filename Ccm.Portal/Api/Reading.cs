using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Api;

/// <summary>
/// What each caller may read, and where it is read: from the cache, and from the store itself when the cache does not have an id that
/// another replica may just have acknowledged.
/// </summary>
internal sealed class Reading(ControlPlane control, WatchCache cache, IStateStore store, TimeProvider time)
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(5);

    /// <summary>All live state.</summary>
    /// <exception cref="RefusedException">It has not been listed yet: an empty answer would be a wrong one.</exception>
    public FleetSnapshot Snapshot => cache.Ready.IsCompletedSuccessfully ? cache.Current : throw RefusedException.Unavailable("The state has not been listed yet.");

    public static void RequireAll(Actor actor, string what)
    {
        if (!actor.May(Permission.ReadAll))
            throw new RefusedException(RefusalKind.Forbidden, new Problem(null, $"{actor.Name} may not read {what}.", "It takes the role viewer, operator or admin."));
    }

    /// <summary>Definitions and one's own instances: any role at all.</summary>
    public static void RequireOwn(Actor actor)
    {
        if (!actor.May(Permission.ReadOwn) && !actor.May(Permission.ReadAll))
            throw new RefusedException(RefusalKind.Forbidden, new Problem(null, $"{actor.Name} has no role here.", "Ask for a group that gives one of viewer, user, operator or admin."));
    }

    public static bool MayRead(Actor actor, LabletInstance instance) =>
        actor.May(Permission.ReadAll) || (actor.May(Permission.ReadOwn) && instance.OwnerId == actor.Id);

    /// <summary>An instance as it stands; one whose keys are gone as the trail last told of it.</summary>
    public async Task<InstanceEntry> InstanceAsync(Actor actor, string id, CancellationToken cancellationToken)
    {
        RequireOwn(actor);
        var entry = await FindInstanceAsync(id, cancellationToken);
        return MayRead(actor, entry.Value) ? entry : throw new RefusedException(RefusalKind.Forbidden,
            new Problem("id", $"{actor.Name} may not read instance '{id}'.", "Its owner, a viewer, an operator or an admin may."));
    }

    private async Task<InstanceEntry> FindInstanceAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await control.ReadInstanceAsync(id, cancellationToken);
        }
        catch (RefusedException refused) when (refused.Kind == RefusalKind.NotFound)
        {
            var told = await control.ReadAuditAsync(new AuditQuery(Subject: Subjects.Instance(id), Limit: 1000), cancellationToken);
            if (PastInstance.Of(told) is not { } past)
                throw;
            return new InstanceEntry(past, told[0].Revision, null);
        }
    }

    public Task<WorkerEntry> WorkerAsync(Actor actor, string id, CancellationToken cancellationToken)
    {
        RequireAll(actor, "workers");
        return control.ReadWorkerAsync(id, cancellationToken);
    }

    /// <summary>A definition's pointer; with <paramref name="version"/> one that has it.</summary>
    public async Task<DefinitionPointer> DefinitionAsync(string name, string? version, CancellationToken cancellationToken)
    {
        if (Known() is { } known)
            return known;
        await SeeAsync(StateKeys.Definition(name), cancellationToken);
        return Known() ?? throw RefusedException.NotFound("definition", version is null ? name : $"{name} {version}");

        DefinitionPointer? Known() => Snapshot.Definitions.GetValueOrDefault(name)?.Value is { Status: not DefinitionStatus.Deleted, Latest: not null } pointer
            && (version is null || pointer.Versions.Any(published => published.Version == version)) ? pointer : null;
    }

    public async Task<WorkerTemplate> TemplateAsync(string name, CancellationToken cancellationToken)
    {
        if (!Snapshot.Templates.ContainsKey(name))
            await SeeAsync(StateKeys.Template(name), cancellationToken);
        return await control.ReadTemplateAsync(name, cancellationToken);
    }

    /// <summary>Waits until the cache holds what the store has of this key now.</summary>
    private async Task SeeAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.GetAsync(key, cancellationToken) is { } entry)
                await cache.ReachedAsync(entry.ModRevision, cancellationToken).WaitAsync(CatchUp, time, cancellationToken);
        }
        catch (StateStoreUnavailableException exception)
        {
            throw RefusedException.Unavailable($"The state store does not answer: {exception.Message}");
        }
        catch (TimeoutException)
        {
            throw RefusedException.Unavailable("The watch is behind the state store.");
        }
    }
}
