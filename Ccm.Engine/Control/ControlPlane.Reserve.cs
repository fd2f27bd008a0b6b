using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Control;

/// <param name="Version">Null: the newest.</param>
/// <param name="TimeslotStart">Null: as soon as possible.</param>
/// <param name="DurationMinutes">Null: the definition's maximum.</param>
/// <param name="OwnerId">Null: the actor.</param>
public sealed record ReserveRequest(string DefinitionId, string? Version = null, DateTimeOffset? TimeslotStart = null, int? DurationMinutes = null, string? OwnerId = null);

public sealed partial class ControlPlane
{
    private static readonly TimeSpan PastTolerance = TimeSpan.FromMinutes(1);

    /// <summary>Reserves a lab; it is PENDING when this returns. The definition must be active as it commits.</summary>
    public Task<LabletInstance> ReserveAsync(Actor actor, Operation operation, ReserveRequest request, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.ManageOwnInstances, "reserve labs");
        var owner = request.OwnerId ?? actor.Id;
        if (owner != actor.Id)
            Authorise(actor, Permission.ManageAnyInstance, "reserve for others");
        RefuseWhenOutboxIsFull();
        var id = operation.DerivedId("i");
        return CommitAsync(actor, operation, async (snapshot, mutation) =>
        {
            if (!snapshot.Definitions.TryGetValue(request.DefinitionId, out var pointer) || pointer.Value.Status == DefinitionStatus.Deleted || pointer.Value.Latest is null)
                throw new RefusedException(RefusalKind.NotFound, new Problem("definitionId", $"There is no definition '{request.DefinitionId}'.", "List the definitions to find the one you mean."));
            if (pointer.Value.Status == DefinitionStatus.Deprecated)
                throw RefusedException.Conflict($"Definition '{request.DefinitionId}' is deprecated and takes no new reservations.", "Reserve another definition, or publish a new one.", "definitionId");
            var version = request.Version ?? pointer.Value.Latest;
            if (pointer.Value.Versions.All(v => v.Version != version))
                throw new RefusedException(RefusalKind.NotFound, new Problem("version", $"Definition '{request.DefinitionId}' has no version '{version}'.",
                    $"Published are {string.Join(", ", pointer.Value.Versions.Select(v => v.Version))}."));
            var definition = await ReadDefinitionAsync(request.DefinitionId, version, cancellationToken);
            var instance = NewInstance(id, owner, request, definition, mutation);
            mutation.Guard(State.StateKeys.Definition(request.DefinitionId), pointer.ModRevision);
            mutation.PutInstance(instance, seen: 0);
            mutation.Event(EventTypes.Of(InstanceState.Pending), Subjects.Instance(id), instance.LastTransition.Reason, null, instance);
            return instance;
        }, snapshot => InstanceOf(snapshot, id, cancellationToken), cancellationToken);
    }

    private LabletInstance NewInstance(string id, string owner, ReserveRequest request, LabletDefinition definition, Mutation mutation)
    {
        if (definition.NodeCount == 0)
            throw RefusedException.Conflict($"Definition '{definition.Name}' {definition.Version} has no nodes, so there is nothing to run.", "Publish a version with at least one node.", "definitionId");
        var duration = request.DurationMinutes ?? definition.MaxDurationMinutes;
        if (duration < 1 || duration > definition.MaxDurationMinutes)
            throw RefusedException.Invalid("durationMinutes", $"{duration} minutes are outside what '{definition.Name}' allows.", $"Ask for 1 to {definition.MaxDurationMinutes} minutes.");
        if (request.TimeslotStart is { } start)
        {
            if (start < mutation.Now - PastTolerance)
                throw RefusedException.Invalid("timeslotStart", $"{start:u} is in the past.", $"Give a start from {mutation.Now:u} on, or none for as soon as possible.");
            if (start > mutation.Now.AddDays(options.Value.BookingHorizonDays))
                throw RefusedException.Invalid("timeslotStart", $"{start:u} is more than {options.Value.BookingHorizonDays} days away.", "Give a nearer start.");
        }
        return new LabletInstance
        {
            Id = id,
            State = InstanceState.Pending,
            DefinitionId = definition.Name,
            Version = definition.Version,
            OwnerId = owner,
            AsSoonAsPossible = request.TimeslotStart is null,
            TimeslotStart = request.TimeslotStart?.ToUniversalTime(),
            TimeslotEnd = request.TimeslotStart?.ToUniversalTime().AddMinutes(duration),
            DurationMinutes = duration,
            Request = new LabRequest
            {
                Resources = definition.Resources,
                Nodes = definition.NodeCount,
                LicensedNodes = definition.LicensedNodeCount,
                LicenseAffinity = definition.LicenseAffinity,
                CmlVersionRange = definition.CmlVersionRange,
                PortNames = definition.PortNames,
            },
            LastTransition = new Transition<InstanceState>(null, InstanceState.Pending, mutation.Now, mutation.Actor.Id, "Reserved."),
            CreatedAt = mutation.Now,
            CreatedBy = mutation.Actor.Id,
            OperationId = mutation.Operation.Id,
        };
    }
}
