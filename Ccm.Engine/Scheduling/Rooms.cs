using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <summary>
/// The workers that take work, as a plan fills them. Most are never touched by it, and what is not touched stays as good or as bad for
/// a kind of demand as it was: the best of those is looked for once a kind, and only the few touched ones every time.
/// </summary>
internal sealed class Rooms(FleetSnapshot snapshot)
{
    private readonly List<Room> _all = Taking(snapshot);
    private readonly List<Room> _touched = [];
    private readonly Dictionary<Kind, Room?> _bestUntouched = [];

    /// <summary>In no promised order.</summary>
    public IEnumerable<Room> All => _all;

    /// <summary>The tightest; of equally tight ones one that is in use already, so that fewer are, then the lowest id. Null when none fits.</summary>
    public Room? Best(LabletInstance instance)
    {
        var kind = Kind.Of(instance);
        if (!_bestUntouched.TryGetValue(kind, out var best) || best is { Touched: true } or { Kept: true })
            _bestUntouched[kind] = best = Tightest(_all, touched: false, instance.Request, kind, null);
        return Tightest(_touched, touched: true, instance.Request, kind, best);
    }

    public Placement Take(Room room, InstanceEntry instance)
    {
        if (!room.Touched)
            _touched.Add(room);
        return room.Take(instance);
    }

    /// <summary>What was touched is taken by no more of this plan.</summary>
    public void Close()
    {
        foreach (var room in _touched)
            room.Closed = true;
        _touched.Clear();
    }

    private static List<Room> Taking(FleetSnapshot snapshot)
    {
        var rooms = new List<Room>(snapshot.Workers.Count);
        foreach (var (_, worker) in snapshot.Workers)
        {
            if (worker.Value.TakesWork)
                rooms.Add(new Room(worker));
        }
        return rooms;
    }

    /// <param name="best">To be beaten; null when anything is better.</param>
    private static Room? Tightest(List<Room> rooms, bool touched, LabRequest request, Kind kind, Room? best)
    {
        var bestScore = best?.UtilisationWith(kind.Demand) ?? -1.0;
        // Most workers are alike: what one's licence and version come to is asked again only when another's differ.
        var (licence, version, fits) = (default(LicenseType), (string?)null, false);
        foreach (var room in rooms)
        {
            if (room.Touched != touched || !room.HasRoom(kind.Demand, kind.Ports))
                continue;
            if (room.Licence != licence || room.CmlVersion != version)
                (licence, version, fits) = (room.Licence, room.CmlVersion, Filters.KindFits(request, room.Licence, room.CmlVersion));
            if (!fits)
                continue;
            var score = room.UtilisationWith(kind.Demand);
            if (best is null || score > bestScore || (score == bestScore && IsBefore(room, best)))
                (best, bestScore) = (room, score);
        }
        return best;
    }

    private static bool IsBefore(Room room, Room other) => room.InUse != other.InUse ? room.InUse : string.CompareOrdinal(room.Id, other.Id) < 0;

    /// <summary>What decides where an instance fits and how tightly: two of one kind differ in nothing that a room looks at.</summary>
    /// <param name="Licences">A bit for each licence that will do; 0: any.</param>
    private readonly record struct Kind(Capacity Demand, int Ports, int Licences, string CmlVersionRange)
    {
        public static Kind Of(LabletInstance instance)
        {
            var licences = 0;
            if (!instance.Request.LicenseAffinity.IsDefault)
            {
                foreach (var licence in instance.Request.LicenseAffinity)
                    licences |= 1 << (int)licence;
            }
            return new Kind(instance.Demand, instance.Request.PortNames.Length, licences, instance.Request.CmlVersionRange);
        }
    }
}
