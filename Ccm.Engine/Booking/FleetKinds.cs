using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Booking;

/// <summary>The kinds of workers that there are or can be, whatever is on them: those that are not ending, and those that an enabled template may make. Of thousands of workers there are dozens.</summary>
/// <param name="templates">Newest revisions.</param>
public sealed class FleetKinds(FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates)
{
    private static readonly PlanningTimes AnyTimes = new(TimeSpan.Zero, 1);
    private readonly ImmutableArray<PlaceKind> _kinds =
    [
        .. templates.Where(template => template is { Enabled: true, MaxWorkers: > 0 }).Select(PlaceKind.Of)
            .Concat(snapshot.Workers.Values.Where(worker => GrownFleet.Stays(worker.Value)).Select(worker => PlaceKind.Of(worker.Value))).Distinct(),
    ];

    private readonly ImmutableArray<string> _regions = GrownFleet.RegionsOf(snapshot, templates);

    /// <summary>Null when a worker could hold the lab, were it empty.</summary>
    public SlotShortage? Check(LabRequest request)
    {
        var asked = Claim.AskedFor(request, null, TimeSpan.Zero, default, AnyTimes);
        return _kinds.Any(kind => kind.CouldHold(asked)) ? null
            : new SlotShortage(new Conflict(asked, default, Conflict.NoWorker(asked, _regions), Load.None, Load.None, _regions), asked, []);
    }
}
