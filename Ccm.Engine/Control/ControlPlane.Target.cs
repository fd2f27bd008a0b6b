using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Control;

public sealed partial class ControlPlane
{
    /// <summary>Stops a lab and keeps its place: target STOPPED. Refused while it is PENDING or SCHEDULED.</summary>
    public Task<LabletInstance> StopInstanceAsync(Actor actor, Operation operation, string id, CancellationToken cancellationToken) =>
        ChangeTargetAsync(actor, operation, id, "stop", instance => instance switch
        {
            { State: InstanceState.Pending or InstanceState.Scheduled } =>
                throw IllegalTransition(instance, InstanceState.Stopped, "Cancel it instead: nothing runs yet."),
            { Target: InstanceTarget.Terminated } => throw AlreadyEnding(instance),
            _ => instance with { Target = InstanceTarget.Stopped },
        }, cancellationToken);

    /// <summary>Starts a stopped lab again on its worker: target RUNNING. Refused after its slot, or while the worker does not run.</summary>
    public Task<LabletInstance> StartInstanceAsync(Actor actor, Operation operation, string id, CancellationToken cancellationToken) =>
        ChangeTargetAsync(actor, operation, id, "start", instance =>
        {
            if (instance.Target == InstanceTarget.Terminated)
                throw AlreadyEnding(instance);
            if (instance.TimeslotEnd <= time.GetUtcNow())
                throw RefusedException.Conflict($"The slot of '{id}' ended at {instance.TimeslotEnd:u}.", "Reserve a new one.");
            if (cache.Current.Instances.GetValueOrDefault(id)?.WorkerId is { } workerId
                && cache.Current.Workers.GetValueOrDefault(workerId) is { Value.State: not WorkerState.Running } worker)
                throw RefusedException.Conflict($"Its worker '{workerId}' is {Capitals(worker.Value.State)}, and labs start on a RUNNING one only.", "Start the worker, or cancel the drain, first.");
            return instance with { Target = InstanceTarget.Running };
        }, cancellationToken);

    /// <summary>Ends a lab for good: target TERMINATED; everything it holds comes back once its host has let go.</summary>
    public Task<LabletInstance> CancelInstanceAsync(Actor actor, Operation operation, string id, CancellationToken cancellationToken) =>
        ChangeTargetAsync(actor, operation, id, "cancel", instance => instance.Target == InstanceTarget.Terminated
            ? instance : instance with { Target = InstanceTarget.Terminated, Outcome = Outcome.Cancelled }, cancellationToken);

    /// <summary>Ends a lab whatever its host does: properly while that does as it is asked, else without it; what may remain there is removed when it answers again.</summary>
    public Task<LabletInstance> ForceTerminateInstanceAsync(Actor actor, Operation operation, string id, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.ForceTerminate, "force an instance to end");
        return ChangeTargetAsync(actor, operation, id, "force-terminate", instance =>
            instance with { Target = InstanceTarget.Terminated, Outcome = instance.Outcome ?? Outcome.Cancelled, Forced = true, ForcedAt = instance.ForcedAt ?? time.GetUtcNow() }, cancellationToken);
    }

    /// <summary>Moves the end of a slot. Refused when it is not later than now and the present end, or over the definition's maximum.</summary>
    public Task<LabletInstance> ExtendInstanceAsync(Actor actor, Operation operation, string id, DateTimeOffset timeslotEnd, CancellationToken cancellationToken)
    {
        RefuseWhenOutboxIsFull();
        return CommitAsync(actor, operation, async (snapshot, mutation) =>
        {
            var entry = await SeeManagedAsync(snapshot, actor, id, "extend", cancellationToken);
            var instance = entry.Value;
            if (instance.Target == InstanceTarget.Terminated)
                throw AlreadyEnding(instance);
            if (instance.TimeslotStart is not { } start || instance.TimeslotEnd is not { } end)
                throw RefusedException.Conflict($"The slot of '{id}' starts when it is RUNNING, so it has no end to move yet.", "Extend it once it runs.");
            var definition = await ReadDefinitionAsync(instance.DefinitionId, instance.Version, cancellationToken);
            var latest = start.AddMinutes(definition.MaxDurationMinutes);
            var earliest = end > mutation.Now ? end : mutation.Now;
            if (timeslotEnd <= earliest || timeslotEnd > latest)
                throw RefusedException.Invalid("timeslotEnd", $"{timeslotEnd:u} is not an extension, at {mutation.Now:u}, of a slot that ends at {end:u} and may last {Counted.Of(definition.MaxDurationMinutes, "minute")}.",
                    earliest < latest ? $"Give an end after {earliest:u} and up to {latest:u}." : "The slot has its full length already: reserve another one.");
            await RefuseWhenPlaceIsBookedAsync(snapshot, actor, entry, timeslotEnd, cancellationToken);
            var next = instance with { TimeslotEnd = timeslotEnd.ToUniversalTime(), DurationMinutes = (int)Math.Ceiling((timeslotEnd - start).TotalMinutes) };
            mutation.PutInstance(next, entry.ModRevision);
            mutation.Event(EventTypes.InstanceExtended, Subjects.Instance(id), $"Extended to {timeslotEnd:u}.", instance, next);
            return next;
        }, snapshot => InstanceOf(snapshot, id, cancellationToken), cancellationToken);
    }

    private Task<LabletInstance> ChangeTargetAsync(
        Actor actor, Operation operation, string id, string verb, Func<LabletInstance, LabletInstance> change, CancellationToken cancellationToken)
    {
        RefuseWhenOutboxIsFull();
        return CommitAsync(actor, operation, async (snapshot, mutation) =>
        {
            var entry = await SeeManagedAsync(snapshot, actor, id, verb, cancellationToken);
            if (entry.Value.State == InstanceState.Terminated)
                throw RefusedException.Conflict($"'{id}' is TERMINATED since {entry.Value.LastTransition.At:u}: there is nothing to {verb}.", "Reserve a new one.");
            var next = change(entry.Value);
            mutation.Guard(State.StateKeys.InstanceState(id), entry.ModRevision);
            if (next == entry.Value)
                return next;
            mutation.PutInstance(next, entry.ModRevision);
            mutation.Event(EventTypes.InstanceTargetChanged, Subjects.Instance(id), $"{actor.Name} asked to {verb} it.", entry.Value, next);
            return next;
        }, snapshot => InstanceOf(snapshot, id, cancellationToken), cancellationToken);
    }

    /// <summary>An extension holds its place longer: refused when a lab that was promised a place would then have none.</summary>
    private async Task RefuseWhenPlaceIsBookedAsync(FleetSnapshot snapshot, Actor actor, InstanceEntry entry, DateTimeOffset newEnd, CancellationToken cancellationToken)
    {
        if (await ForecastAsync(snapshot, time.GetUtcNow(), forecast => forecast.CheckExtension(entry, newEnd), cancellationToken) is not { } shortage)
            return;
        var other = actor.May(Permission.ReadAll) ? $"'{shortage.NeededBy}'" : "another reservation";
        throw RefusedException.Conflict($"Its place is needed by {other} from {shortage.NeededFrom:u} on.",
            shortage.Latest is { } latest ? $"Extend to at most {latest:u}." : "It cannot be extended: reserve another slot.", "timeslotEnd");
    }

    /// <summary>The instance, for one who may change it. Who may change none is told so, whether it is there or not.</summary>
    private async Task<InstanceEntry> SeeManagedAsync(FleetSnapshot snapshot, Actor actor, string id, string verb, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.ManageOwnInstances, $"{verb} instances");
        var entry = await SeeInstanceAsync(snapshot, id, cancellationToken);
        return actor.May(Permission.ManageAnyInstance) || entry.Value.OwnerId == actor.Id ? entry : throw new RefusedException(RefusalKind.Forbidden,
            new Problem(null, $"{actor.Name} may not {verb} instance '{id}'.", "Its owner, an operator or an admin may."));
    }

    private static RefusedException AlreadyEnding(LabletInstance instance) =>
        RefusedException.Conflict($"'{instance.Id}' is {Capitals(instance.State)} and on its way to TERMINATED, for good.", "Reserve a new one.");

    private static RefusedException IllegalTransition(LabletInstance instance, InstanceState to, string fix) =>
        RefusedException.Conflict($"'{instance.Id}' is {Capitals(instance.State)} and cannot become {Capitals(to)}.", fix);

    private static string Capitals<T>(T state) where T : struct, Enum => state.ToString().ToUpperInvariant();
}
