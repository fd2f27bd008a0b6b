using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <param name="Placements">To commit together.</param>
/// <param name="NextDue">When an instance becomes due that is not yet; null when none waits.</param>
/// <param name="More">Due work was left for the next plan because this one is full.</param>
/// <param name="Kept">The worker that nobody else may fill, if there is one.</param>
public sealed record PlacementPlan(ImmutableArray<Placement> Placements, DateTimeOffset? NextDue, bool More, KeptWorker? Kept = null);

/// <summary>A worker that is kept until the first of the waiting fits on it.</summary>
public sealed record KeptWorker(string WorkerId, string InstanceId);

/// <summary>
/// Decides what goes where, from a snapshot and the time alone: the same in, the same out. Due instances in order of due time, then
/// creation; each onto the worker that it packs tightest. One that does not fit lets smaller ones by, but the first such keeps a
/// worker to itself until it fits.
/// </summary>
public static class PlacementPlanner
{
    /// <summary>Operations one transaction takes: 2 an instance, 2 a worker, 1 for the events.</summary>
    private const int Operations = State.StateLimits.Operations;
    private const int Bytes = 900_000;

    public static PlacementPlan Plan(FleetSnapshot snapshot, DateTimeOffset now, PlanningTimes times)
    {
        var (due, nextDue) = Due(snapshot, now, times);
        if (due.Count == 0)
            return new PlacementPlan([], nextDue, false);
        var rooms = snapshot.Workers.Values.Where(worker => worker.Value.TakesWork).OrderBy(worker => worker.Id, StringComparer.Ordinal).Select(worker => new Room(worker)).ToArray();
        var placements = ImmutableArray.CreateBuilder<Placement>();
        var (operations, bytes) = (1, 0);
        KeptWorker? kept = null;
        var decided = false;
        foreach (var instance in due)
        {
            var best = Best(rooms, instance.Value);
            if (best is null)
            {
                if (!decided)
                    (decided, kept) = Keep(snapshot, rooms, instance.Value);
                continue;
            }
            var cost = best.Touched ? 2 : 4;
            var size = 2_000 + (instance.Value.Request.PortNames.Length * 160);
            // The first goes whatever its size: one with thousands of ports would else hold everybody up for good.
            if (placements.Count > 0 && (operations + cost > Operations || bytes + size > Bytes))
                return new PlacementPlan(placements.ToImmutable(), nextDue, true, kept);
            operations += cost;
            bytes += size;
            placements.Add(best.Take(instance));
        }
        return new PlacementPlan(placements.ToImmutable(), nextDue, false, kept);
    }

    /// <summary>Due and waiting for a place, in the order they are served.</summary>
    private static (List<InstanceEntry> Due, DateTimeOffset? Next) Due(FleetSnapshot snapshot, DateTimeOffset now, PlanningTimes times)
    {
        var due = new List<(DateTimeOffset At, InstanceEntry Entry)>();
        DateTimeOffset? next = null;
        foreach (var entry in snapshot.In(InstanceState.Pending))
        {
            if (entry.Value.Target != InstanceTarget.Running)
                continue;
            var at = times.Due(entry.Value);
            if (at <= now)
                due.Add((at, entry));
            else if (next is null || at < next)
                next = at;
        }
        return ([.. due.OrderBy(item => item.At).ThenBy(item => item.Entry.Value.CreatedAt).ThenBy(item => item.Entry.Id, StringComparer.Ordinal).Select(item => item.Entry)], next);
    }

    /// <summary>The tightest; of equally tight ones one that is in use already, so that fewer are, then the lowest id.</summary>
    private static Room? Best(Room[] rooms, LabletInstance instance)
    {
        Room? best = null;
        var bestScore = -1.0;
        foreach (var room in rooms)
        {
            if (!room.Fits(instance))
                continue;
            var score = room.UtilisationWith(instance);
            if (score > bestScore || (score == bestScore && room.InUse && !best!.InUse))
                (best, bestScore) = (room, score);
        }
        return best;
    }

    /// <summary>Keeps the worker that comes nearest to taking a starved instance out of the others' reach, unless one that will take it is coming.</summary>
    private static (bool Decided, KeptWorker? Kept) Keep(FleetSnapshot snapshot, Room[] rooms, LabletInstance instance)
    {
        if (snapshot.Workers.Values.Any(worker => worker.Value.IsComing && worker.Available.Fits(instance.Demand)
            && Filters.KindFits(instance.Request, worker.Value.LicenseType, worker.Value.CmlVersion)))
            return (true, null);
        var nearest = rooms.Where(room => room.CouldFit(instance)).MinBy(room => room.Shortage(instance.Demand));
        if (nearest is null)
            return (false, null);
        nearest.Kept = true;
        return (true, new KeptWorker(nearest.Id, instance.Id));
    }

    /// <summary>A worker's room as the plan fills it.</summary>
    private sealed class Room(WorkerEntry worker)
    {
        private Capacity _available = worker.Available;
        private PortBitmap _ports = worker.Ports.Value;

        public string Id => worker.Id;

        public bool Touched { get; private set; }

        public bool InUse => Touched || !worker.IsEmpty;

        public bool Kept { get; set; }

        public bool Fits(LabletInstance instance) => !Kept && _available.Fits(instance.Demand) && _ports.FreeCount >= instance.Request.PortNames.Length
            && Filters.KindFits(instance.Request, worker.Value.LicenseType, worker.Value.CmlVersion);

        public bool CouldFit(LabletInstance instance) => !Kept && worker.Value.Declared.Fits(instance.Demand) && worker.Value.PortRange.Count >= instance.Request.PortNames.Length
            && Filters.KindFits(instance.Request, worker.Value.LicenseType, worker.Value.CmlVersion);

        public double Shortage(Capacity demand) => Math.Max(0, demand.CpuCores - _available.CpuCores) + Math.Max(0, demand.MemoryGb - _available.MemoryGb)
            + Math.Max(0, demand.StorageGb - _available.StorageGb) + Math.Max(0, demand.Nodes - _available.Nodes);

        /// <summary>Mean share in use after placing it, 0 to 1.</summary>
        public double UtilisationWith(LabletInstance instance)
        {
            var left = _available - instance.Demand;
            var declared = worker.Value.Declared;
            return 1 - ((Share(left.CpuCores, declared.CpuCores) + Share(left.MemoryGb, declared.MemoryGb) + Share(left.StorageGb, declared.StorageGb) + Share(left.Nodes, declared.Nodes)) / 4);
        }

        public Placement Take(InstanceEntry instance)
        {
            var utilisation = UtilisationWith(instance.Value);
            var names = instance.Value.Request.PortNames;
            var (map, numbers) = _ports.Allocate(names.Length) ?? throw new InvalidOperationException("Checked before.");
            _ports = map;
            _available -= instance.Value.Demand;
            Touched = true;
            var ports = names.Zip(numbers).ToImmutableSortedDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
            return new Placement(instance, worker, ports,
                string.Create(CultureInfo.InvariantCulture, $"Packs tightest on {worker.Id}: {utilisation:P0} of it in use."));
        }

        private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
    }
}
