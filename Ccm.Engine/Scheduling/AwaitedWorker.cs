using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <summary>The worker on its way that takes a lab once it runs, if nothing else changes until then.</summary>
/// <param name="Expected">When it runs, by its start-up time; past, when it takes longer than that.</param>
public sealed record AwaitedWorker(string WorkerId, DateTimeOffset Expected)
{
    /// <summary>By the planner itself: those which are served before it take their places first. Null when none is left for it.</summary>
    internal static AwaitedWorker? Of(FleetSnapshot snapshot, InstanceEntry instance, DateTimeOffset now, PlanningTimes times)
    {
        var workers = snapshot.Workers;
        var coming = workers.Values.Where(worker => worker.IsComing).Select(worker => (Worker: worker, Expected: times.ReadyAt(worker.Value, now)));
        foreach (var (worker, expected) in coming.OrderBy(next => next.Expected).ThenBy(next => next.Worker.Id, StringComparer.Ordinal))
        {
            workers = workers.SetItem(worker.Id, Running(worker));
            if (CouldTake(worker, instance.Value) && PlacementPlanner.PlaceOf(snapshot with { Workers = workers }, instance.Id, now, times) == worker.Id)
                return new AwaitedWorker(worker.Id, expected);
        }
        return null;
    }

    /// <summary>Whether it would take it, were nobody served before.</summary>
    internal static bool CouldTake(WorkerEntry coming, LabletInstance instance) => PlacementExplainer.Verdict(instance, Running(coming)).Fits;

    private static WorkerEntry Running(WorkerEntry worker) =>
        worker with { State = worker.State with { Value = worker.Value with { State = WorkerState.Running, UnreachableSince = null, Trouble = null } } };
}
