using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Booking;

/// <summary>What the fleet has to offer.</summary>
/// <param name="Running">Of all workers that take work now.</param>
/// <param name="Most">Of all that the forecast counts on: every worker that is not ending, and as many more as enabled templates may make.</param>
public sealed record FleetReach(Load Running, Load Most)
{
    /// <param name="templates">Newest revisions.</param>
    public static FleetReach Of(FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates, DateTimeOffset now, PlanningTimes times) => new(
        snapshot.Workers.Values.Where(worker => worker.Value.TakesWork).Select(worker => Load.Of(worker.Value.Declared, worker.Value.PortRange.Count)).Aggregate(Load.None, Load.Add),
        GrownFleet.Of(snapshot, templates, [], now, times).Whole);
}
