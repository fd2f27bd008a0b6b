using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Api;

/// <summary>What stands between a worker and being empty, were it drained now or as it is being drained.</summary>
/// <param name="FreeAt">When the last slot on it ends; null when an end is not known yet.</param>
/// <param name="OverdueAt">When the drain will have taken too long; null while it is not being drained.</param>
/// <param name="Blocking">What runs goes on until its slot ends, by end.</param>
/// <param name="Returning">Not begun: these go back to PENDING and are placed elsewhere.</param>
internal sealed record DrainPlanView(
    string WorkerId, WorkerState State, DateTimeOffset? FreeAt, DateTimeOffset? OverdueAt, bool Overdue,
    ImmutableArray<BlockingInstance> Blocking, ImmutableArray<string> Returning)
{
    public static DrainPlanView Of(WorkerEntry worker, FleetSnapshot snapshot, DateTimeOffset now)
    {
        var held = snapshot.On(worker.Id).Where(entry => entry.Value.HoldsPlace).ToLookup(entry => entry.Value is { State: InstanceState.Scheduled, HasBegun: false });
        var blocking = held[false].Select(entry => entry.Value)
            .Select(instance => new BlockingInstance(instance.Id, instance.OwnerId, instance.State, instance.Target == InstanceTarget.Terminated ? now : instance.TimeslotEnd))
            .OrderBy(instance => instance.EndsAt ?? DateTimeOffset.MaxValue).ThenBy(instance => instance.InstanceId, StringComparer.Ordinal).ToImmutableArray();
        var overdueAt = worker.Value.DrainStartedAt?.AddHours(worker.Value.DrainTimeoutHours);
        return new DrainPlanView(worker.Id, worker.Value.State,
            blocking.IsEmpty ? now : blocking[^1].EndsAt, overdueAt, worker.Value.State == WorkerState.Draining && overdueAt < now,
            blocking, [.. held[true].Select(entry => entry.Id).Order(StringComparer.Ordinal)]);
    }
}

/// <param name="EndsAt">The end of its slot, or now when it is ending already; null: its slot starts once it is RUNNING.</param>
internal sealed record BlockingInstance(string InstanceId, string OwnerId, InstanceState State, DateTimeOffset? EndsAt);
