using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <summary>
/// The workers that take work, as a plan fills them. Most are never touched by it and many are alike: of those only the first of each
/// vacancy is looked at, and not again for a kind of demand until it is taken; the few touched ones are looked at every time.
/// </summary>
internal sealed class Rooms(FleetSnapshot snapshot)
{
    private readonly Pool[] _pools = [.. snapshot.Vacancies.Select(alike => new Pool(alike.Key, alike.Value))];
    private readonly List<Room> _touched = [];
    private readonly Dictionary<Kind, (Pool Pool, int Taken)?> _best = [];

    /// <summary>The tightest; of equally tight ones one that is in use already, so that fewer are, then the lowest id. Null when none fits.</summary>
    public Room? Best(LabletInstance instance)
    {
        var kind = Kind.Of(instance);
        if (!_best.TryGetValue(kind, out var best) || (best is { } known && known.Pool.Taken != known.Taken))
            _best[kind] = best = Tightest(instance.Request, kind) is { } pool ? (pool, pool.Taken) : null;
        var (room, score) = best is { } found ? (found.Pool.First(snapshot), found.Pool.Vacancy.UtilisationWith(kind.Demand)) : (null, -1.0);
        foreach (var touched in _touched)
        {
            if (!touched.Now.HasRoom(kind.Demand, kind.Ports) || !Compatibility.Fits(instance.Request, touched.Now.Kind))
                continue;
            var other = touched.Now.UtilisationWith(kind.Demand);
            if (room is null || other > score || (other == score && IsBefore(true, touched.Id, room.Touched || room.Now.InUse, room.Id)))
                (room, score) = (touched, other);
        }
        return room;
    }

    public Placement Take(Room room, InstanceEntry instance)
    {
        if (!room.Touched)
        {
            Remove(room);
            _touched.Add(room);
        }
        return room.Take(instance);
    }

    /// <summary>What was touched is taken by no more of this plan.</summary>
    public void Close() => _touched.Clear();

    /// <summary>Takes the worker that comes nearest to taking the instance out of everybody's reach; null when none ever could.</summary>
    /// <returns>Its id.</returns>
    public string? Keep(LabletInstance instance)
    {
        var nearest = _touched.Concat(_pools.Where(pool => !pool.IsEmpty).Select(pool => pool.First(snapshot)))
            .Where(room => room.Now.CouldFit(instance)).OrderBy(room => room.Now.Shortage(instance.Demand)).ThenBy(room => room.Id, StringComparer.Ordinal).FirstOrDefault();
        if (nearest is { Touched: true })
            _touched.Remove(nearest);
        else if (nearest is not null)
            Remove(nearest);
        return nearest?.Id;
    }

    private void Remove(Room first) => _pools.First(pool => !pool.IsEmpty && pool.First(snapshot) == first).RemoveFirst();

    private Pool? Tightest(LabRequest request, Kind kind)
    {
        Pool? best = null;
        var bestScore = -1.0;
        foreach (var pool in _pools)
        {
            if (pool.IsEmpty || !pool.Vacancy.HasRoom(kind.Demand, kind.Ports) || !Compatibility.Fits(request, pool.Vacancy.Kind))
                continue;
            var score = pool.Vacancy.UtilisationWith(kind.Demand);
            if (best is null || score > bestScore || (score == bestScore && IsBefore(pool.Vacancy.InUse, pool.FirstId, best.Vacancy.InUse, best.FirstId)))
                (best, bestScore) = (pool, score);
        }
        return best;
    }

    private static bool IsBefore(bool inUse, string id, bool otherInUse, string otherId) => inUse != otherInUse ? inUse : string.CompareOrdinal(id, otherId) < 0;

    /// <summary>Untouched workers that are alike, the lowest id first.</summary>
    private sealed class Pool(Vacancy vacancy, ImmutableSortedSet<string> ids)
    {
        private Room? _first;

        public Vacancy Vacancy => vacancy;

        public int Taken { get; private set; }

        public bool IsEmpty => Taken == ids.Count;

        public string FirstId => ids[Taken];

        public Room First(FleetSnapshot snapshot) => _first ??= new Room(snapshot.Workers[FirstId]);

        public void RemoveFirst()
        {
            Taken++;
            _first = null;
        }
    }

    /// <summary>What decides where an instance fits and how tightly: two of one kind differ in nothing that a room looks at.</summary>
    /// <param name="Licences">A bit for each licence that will do; 0: any.</param>
    private readonly record struct Kind(Capacity Demand, int Ports, int Licences, string CmlVersionRange, string Region)
    {
        public static Kind Of(LabletInstance instance)
        {
            var licences = 0;
            if (!instance.Request.LicenseAffinity.IsDefault)
            {
                foreach (var licence in instance.Request.LicenseAffinity)
                    licences |= 1 << (int)licence;
            }
            return new Kind(instance.Demand, instance.Request.PortNames.Length, licences, instance.Request.CmlVersionRange, instance.Request.Region);
        }
    }
}
