using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Control;

/// <param name="Version">Null: the newest.</param>
/// <param name="TimeslotStart">Null: as soon as possible.</param>
/// <param name="DurationMinutes">Null: the definition's maximum.</param>
/// <param name="OwnerId">Null: the actor.</param>
/// <param name="Region">Null or empty: where the definition says, or anywhere.</param>
/// <param name="Override">Book although the forecast refuses it.</param>
public sealed record ReserveRequest(
    string DefinitionId, string? Version = null, DateTimeOffset? TimeslotStart = null, int? DurationMinutes = null, string? OwnerId = null, string? Region = null, bool Override = false);

public sealed partial class ControlPlane
{
    /// <summary>
    /// Reserves a lab; it is PENDING when this returns. The definition must be active as it commits. A slot that the forecast has no place
    /// for is refused, unless an admin overrides it; the forecast is advice, and nothing of what it read is guarded.
    /// </summary>
    public Task<LabletInstance> ReserveAsync(Actor actor, Operation operation, ReserveRequest request, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.ManageOwnInstances, "reserve labs");
        var owner = request.OwnerId ?? actor.Id;
        if (owner != actor.Id)
            Authorise(actor, Permission.ManageAnyInstance, "reserve for others");
        if (request.Override)
            Authorise(actor, Permission.Overbook, "overbook", "override");
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
            var instance = await ForecastAsync(snapshot, NewInstance(id, owner, request, definition, mutation), request.Override, mutation.Now, cancellationToken);
            mutation.Guard(State.StateKeys.Definition(request.DefinitionId), pointer.ModRevision);
            mutation.PutInstance(instance, seen: 0);
            mutation.Event(EventTypes.Of(InstanceState.Pending), Subjects.Instance(id), instance.LastTransition.Reason, null, instance);
            return instance;
        }, snapshot => InstanceOf(snapshot, id, cancellationToken), cancellationToken);
    }

    private async Task<LabletInstance> ForecastAsync(FleetSnapshot snapshot, LabletInstance instance, bool overrides, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (instance is not { TimeslotStart: { } start, TimeslotEnd: { } end })
            return await TellWhenItFitsNowhereAsync(snapshot, instance, cancellationToken);
        if (await ForecastAsync(snapshot, now, forecast => forecast.Check(instance.Request, start, end - start, Horizon(now)), cancellationToken) is not { } shortage)
            return instance;
        return overrides ? WithReason(instance with { Overbooked = true }, $"Reserved over the forecast: {shortage.Reason}")
            : throw new RefusedException(RefusalKind.Conflict, new Problem("timeslotStart", shortage.Reason, shortage.Fix)) { Shortage = shortage };
    }

    /// <summary>As soon as possible never expires and is never refused; that nothing could take it is told at once.</summary>
    private async Task<LabletInstance> TellWhenItFitsNowhereAsync(FleetSnapshot snapshot, LabletInstance instance, CancellationToken cancellationToken)
    {
        try
        {
            return BookingForecast.CheckWhetherItEverFits(snapshot, await ReadTemplatesAsync(cancellationToken), instance.Request) is { } shortage
                ? WithReason(instance, $"Reserved, and it waits: {shortage.Reason}") : instance;
        }
        catch (RefusedException refused) when (refused.Kind == RefusalKind.Unavailable)
        {
            // A remark, and no reason to refuse: whether it fits is explained whenever somebody asks.
            return instance;
        }
    }

    private static LabletInstance WithReason(LabletInstance instance, string reason) => instance with { LastTransition = instance.LastTransition with { Reason = reason } };

    /// <summary>A reservation may say where, as far as its definition leaves that open.</summary>
    private static LabRequest RequestOf(LabletDefinition definition, string? region)
    {
        var request = LabRequest.Of(definition);
        if (string.IsNullOrEmpty(region))
            return request;
        if (Names.CheckRegion(region) is { } problem)
            throw new RefusedException(RefusalKind.Invalid, problem);
        return request.Region.Length == 0 || request.Region == region ? request with { Region = region }
            : throw RefusedException.Invalid("region", $"'{definition.Name}' {definition.Version} runs in region {request.Region} only.", "Leave the region out, or give that one.");
    }

    private LabletInstance NewInstance(string id, string owner, ReserveRequest request, LabletDefinition definition, Mutation mutation)
    {
        if (definition.NodeCount == 0)
            throw RefusedException.Conflict($"Definition '{definition.Name}' {definition.Version} has no nodes, so there is nothing to run.", "Publish a version with at least one node.", "definitionId");
        var duration = request.DurationMinutes ?? definition.MaxDurationMinutes;
        CheckDuration(definition, duration);
        CheckStart("timeslotStart", request.TimeslotStart, mutation.Now);
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
            Request = RequestOf(definition, request.Region),
            LastTransition = new Transition<InstanceState>(null, InstanceState.Pending, mutation.Now, mutation.Actor.Id, "Reserved."),
            CreatedAt = mutation.Now,
            CreatedBy = mutation.Actor.Id,
            OperationId = mutation.Operation.Id,
        };
    }
}
