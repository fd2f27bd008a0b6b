using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Lifecycle;

/// <summary>What stands between a worker and being empty, were it drained now or as it is being drained.</summary>
/// <param name="FreeAt">When the last of the blocking ones has ended, at the latest.</param>
/// <param name="OverdueAt">When the drain will have taken too long, were it begun now if it has not.</param>
/// <param name="Blocking">What has begun goes on until it ends, by end.</param>
/// <param name="Returning">Not begun: these go back to PENDING and are placed elsewhere.</param>
/// <param name="Loss">What the fleet is without it.</param>
public sealed record DrainPlan(
    string WorkerId, WorkerState State, DateTimeOffset FreeAt, DateTimeOffset OverdueAt, bool Overdue,
    ImmutableArray<DrainBlocker> Blocking, ImmutableArray<string> Returning, DrainLoss Loss)
{
    public static DrainPlan Of(WorkerEntry worker, FleetSnapshot snapshot, DateTimeOffset now, PlanningTimes times, LifecycleOptions options)
    {
        var held = snapshot.On(worker.Id).Where(entry => entry.Value.HoldsPlace).ToLookup(entry => entry.Value is { State: InstanceState.Scheduled, HasBegun: false });
        var blocking = held[false].Select(entry => Blocker(entry.Value, now, times, options))
            .OrderBy(blocker => blocker.EndsAt).ThenBy(blocker => blocker.InstanceId, StringComparer.Ordinal).ToImmutableArray();
        return new DrainPlan(worker.Id, worker.Value.State, blocking.IsEmpty ? now : blocking[^1].EndsAt, worker.Value.DrainDueAt ?? now.AddHours(worker.Value.DrainTimeoutHours), worker.Value.DrainOverdueSince is not null,
            blocking, [.. held[true].Select(entry => entry.Id).Order(StringComparer.Ordinal)], DrainLoss.Of([worker], snapshot));
    }

    private static DrainBlocker Blocker(LabletInstance instance, DateTimeOffset now, PlanningTimes times, LifecycleOptions options)
    {
        var end = instance switch
        {
            { Target: InstanceTarget.Terminated } => now,
            { TimeslotEnd: { } slot } => slot,
            _ => now + times.LabStart(instance.Request.Nodes) + TimeSpan.FromMinutes(instance.DurationMinutes),
        };
        DateTimeOffset? assessed = instance.State switch
        {
            InstanceState.Collecting => instance.LastTransition.At + options.CollectingLimit + options.GradingLimit,
            InstanceState.Grading => instance.LastTransition.At + options.GradingLimit,
            _ => null,
        };
        end = assessed < end ? assessed.Value : end;
        return new DrainBlocker(instance.Id, instance.OwnerId, instance.State, end > now ? end : now, Estimated: instance is { TimeslotEnd: null, Target: not InstanceTarget.Terminated });
    }
}

/// <param name="EndsAt">The end of its slot, or of what its assessment may take if that is sooner; now when it is ending already.</param>
/// <param name="Estimated">Its slot begins only once it is RUNNING, so that its end moves.</param>
public sealed record DrainBlocker(string InstanceId, string OwnerId, InstanceState State, DateTimeOffset EndsAt, bool Estimated);
