using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <summary>The worker on its way that takes a lab once it runs, if nothing else changes until then.</summary>
/// <param name="Expected">When it runs, by its start-up time.</param>
/// <param name="Late">It takes longer than that.</param>
public sealed record AwaitedWorker(string WorkerId, DateTimeOffset Expected, bool Late)
{
    /// <summary>
    /// By the planner itself: those which are served before it take their places first. Null when none is left for it. Late ones come last,
    /// since nobody knows when they run. Of a hundred that are coming the first after which it has a place is found in a few plans, since
    /// people look just when many labs wait.
    /// </summary>
    internal static AwaitedWorker? Of(FleetSnapshot snapshot, InstanceEntry instance, DateTimeOffset now, PlanningTimes times)
    {
        var coming = snapshot.Workers.Values.Where(worker => worker.IsComing).Select(worker => (Worker: worker, Expected: times.ReadyAt(worker.Value, now)))
            .OrderBy(next => next.Expected <= now).ThenBy(next => next.Expected).ThenBy(next => next.Worker.Id, StringComparer.Ordinal).ToList();
        if (!coming.Exists(next => CouldTake(next.Worker, instance.Value)) || !HasPlace(coming.Count))
            return null;
        // With so many it has none, and with so many it has one.
        var (without, with) = (0, coming.Count);
        while (with - without > 1)
        {
            var middle = (without + with) / 2;
            if (HasPlace(middle))
                with = middle;
            else
                without = middle;
        }
        var (awaited, expected) = coming[with - 1];
        return CouldTake(awaited, instance.Value) ? new AwaitedWorker(awaited.Id, expected, expected <= now) : null;

        bool HasPlace(int running) => PlacementPlanner.PlaceOf(
            snapshot with { Workers = snapshot.Workers.SetItems(coming.Take(running).Select(next => KeyValuePair.Create(next.Worker.Id, Running(next.Worker)))) }, instance.Id, now, times) is not null;
    }

    /// <summary>Whether it would take it, were nobody served before.</summary>
    internal static bool CouldTake(WorkerEntry coming, LabletInstance instance) => PlacementExplainer.Verdict(instance, Running(coming)).Fits;

    private static WorkerEntry Running(WorkerEntry worker) =>
        worker with { State = worker.State with { Value = worker.Value with { State = WorkerState.Running, UnreachableSince = null, Trouble = null } } };
}
