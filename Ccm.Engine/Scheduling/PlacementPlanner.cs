using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <param name="Batches">Each to commit together; no worker is in two of them, so that they can be under way at the same time.</param>
/// <param name="NextDue">When an instance becomes due that is not yet; null when none waits.</param>
/// <param name="More">Due work was left for the next plan: this one is full, or what is next may want a worker that it fills.</param>
/// <param name="Kept">The worker that nobody else may fill, if there is one.</param>
public sealed record PlacementPlan(ImmutableArray<ImmutableArray<Placement>> Batches, DateTimeOffset? NextDue, bool More, KeptWorker? Kept = null)
{
    public ImmutableArray<Placement> Placements { get; } = [.. Batches.SelectMany(batch => batch)];
}

/// <summary>A worker that is kept until the first of the waiting fits on it.</summary>
public sealed record KeptWorker(string WorkerId, string InstanceId);

/// <summary>
/// Decides what goes where, from a snapshot and the time alone: the same in, the same out. Due instances in order of due time, then
/// creation; each onto the worker that it packs tightest. One that does not fit lets smaller ones by, but the first such keeps a
/// worker to itself until it fits.
/// </summary>
public static class PlacementPlanner
{
    /// <param name="most">Batches at the most.</param>
    public static PlacementPlan Plan(FleetSnapshot snapshot, DateTimeOffset now, PlanningTimes times, int most = 1)
    {
        var (due, nextDue) = Due(snapshot, now, times);
        if (due.Count == 0)
            return new PlacementPlan([], nextDue, false);
        var rooms = new Rooms(snapshot);
        var coming = Coming(snapshot);
        var batches = ImmutableArray.CreateBuilder<ImmutableArray<Placement>>();
        var batch = new Batch();
        KeptWorker? kept = null;
        var (decided, more) = (false, false);
        while (due.TryPeek(out var instance, out _))
        {
            var best = rooms.Best(instance.Value);
            if (best is null)
            {
                // What the batches before fill may be what it waits for: the next plan knows.
                if (more = batches.Count > 0)
                    break;
                if (!decided)
                    (decided, kept) = Keep(coming.Value, rooms, instance.Value);
            }
            else if (batch.Takes(instance.Value, best))
            {
                batch.Add(rooms.Take(best, instance));
            }
            else
            {
                batches.Add(batch.Close());
                if (more = batches.Count == most)
                    break;
                rooms.Close();
                batch = new Batch();
                continue;
            }
            due.Dequeue();
        }
        if (!batch.IsEmpty)
            batches.Add(batch.Close());
        return new PlacementPlan(batches.ToImmutable(), nextDue, more, kept);
    }

    /// <summary>The worker that one would be placed on if all that is due were placed now; null when none would take it.</summary>
    internal static string? PlaceOf(FleetSnapshot snapshot, string instanceId, DateTimeOffset now, PlanningTimes times)
    {
        var (due, _) = Due(snapshot, now, times);
        var rooms = new Rooms(snapshot);
        var coming = Coming(snapshot);
        var decided = false;
        while (due.TryDequeue(out var instance, out _))
        {
            var best = rooms.Best(instance.Value);
            if (instance.Id == instanceId)
                return best?.Id;
            if (best is not null)
                rooms.Take(best, instance);
            else if (!decided)
                decided = Keep(coming.Value, rooms, instance.Value).Decided;
        }
        return null;
    }

    /// <summary>Listed when the first does not fit, and once for all that do not.</summary>
    private static Lazy<List<WorkerEntry>> Coming(FleetSnapshot snapshot) => new(() => [.. snapshot.Workers.Values.Where(worker => worker.IsComing)]);

    /// <summary>Due and waiting for a place, in the order they are served: a heap, since a plan is mostly full long before all are looked at.</summary>
    private static (PriorityQueue<InstanceEntry, Turn> Due, DateTimeOffset? Next) Due(FleetSnapshot snapshot, DateTimeOffset now, PlanningTimes times)
    {
        var due = new List<(InstanceEntry, Turn)>();
        DateTimeOffset? next = null;
        foreach (var entry in snapshot.Waiting)
        {
            var at = times.Due(entry.Value);
            if (times.IsDue(entry.Value, now))
                due.Add((entry, new Turn(at, entry.Value.CreatedAt, entry.Id)));
            else if (next is null || at < next)
                next = at;
        }
        return (new PriorityQueue<InstanceEntry, Turn>(due), next);
    }

    /// <summary>Keeps the worker that comes nearest to taking a starved instance out of the others' reach, unless one that will take it is coming.</summary>
    private static (bool Decided, KeptWorker? Kept) Keep(List<WorkerEntry> coming, Rooms rooms, LabletInstance instance)
    {
        if (coming.Exists(worker => worker.Available.Fits(instance.Demand) && instance.Request.PortNames.Length <= worker.Value.PortRange.Count && Compatibility.Fits(instance.Request, worker.Value.Kind)))
            return (true, null);
        return rooms.Keep(instance) is { } kept ? (true, new KeptWorker(kept, instance.Id)) : (false, null);
    }

    /// <summary>Placements of one transaction, as many as it takes: 2 operations an instance, 2 a worker, 1 for the events.</summary>
    private sealed class Batch
    {
        private const int Bytes = 900_000;
        private readonly ImmutableArray<Placement>.Builder _placements = ImmutableArray.CreateBuilder<Placement>();
        private int _operations = 1, _bytes;

        public bool IsEmpty => _placements.Count == 0;

        /// <summary>Counts it in if there is room. The first goes whatever its size: one with thousands of ports would else hold everybody up for good.</summary>
        public bool Takes(LabletInstance instance, Room room)
        {
            var operations = _operations + (room.Touched ? 2 : 4);
            var bytes = _bytes + 2_000 + (instance.Request.PortNames.Length * 160);
            if (!IsEmpty && (operations > State.StateLimits.Operations || bytes > Bytes))
                return false;
            (_operations, _bytes) = (operations, bytes);
            return true;
        }

        public void Add(Placement placement) => _placements.Add(placement);

        public ImmutableArray<Placement> Close() => _placements.DrainToImmutable();
    }

    /// <summary>When an instance is served: by due time, then creation, then id.</summary>
    private readonly record struct Turn(DateTimeOffset Due, DateTimeOffset Created, string Id) : IComparable<Turn>
    {
        public int CompareTo(Turn other) => Due.CompareTo(other.Due) is not 0 and var due ? due
            : Created.CompareTo(other.Created) is not 0 and var created ? created : string.CompareOrdinal(Id, other.Id);
    }
}
