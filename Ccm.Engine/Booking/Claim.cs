using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Booking;

/// <summary>One lab's claim to a place for a time: held already, promised, or only asked about.</summary>
internal sealed class Claim
{
    private ClaimKind? _kind;

    public required string Id { get; init; }
    public required LabRequest Request { get; init; }
    public required Capacity Demand { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it takes its place: the lead time before its slot.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>When it gives its place back; null for as soon as possible, which keeps it for <see cref="Length"/>.</summary>
    public required DateTimeOffset? Until { get; init; }

    public required TimeSpan Length { get; init; }

    /// <summary>The worker it is on; null while it has no place.</summary>
    public string? WorkerId { get; init; }

    /// <summary>It is what the forecast is about, and no booking yet.</summary>
    public bool Asked { get; init; }

    /// <summary>Whether somebody was told that it will have a place by then. As soon as possible promises no time.</summary>
    public bool IsPromised => Asked || Until is not null;

    public int Ports => Request.PortNames.Length;

    /// <summary>Two of one kind find room or none in the same places.</summary>
    public ClaimKind Kind => _kind ??= new ClaimKind(Demand, Ports, Request.CmlVersionRange, Request.Region, string.Join(',', Request.LicenseAffinity.Order()));

    /// <summary>Everything that holds a place or waits for one, in the order in which the planner serves it.</summary>
    public static List<Claim> All(FleetSnapshot snapshot, DateTimeOffset now, PlanningTimes times) =>
        // What has ended stays in the snapshot for a day.
        InOrder(snapshot.InstancesByState.Keys.Where(state => state != InstanceState.Terminated).SelectMany(snapshot.In), now, times);

    /// <summary>Of these only.</summary>
    public static List<Claim> InOrder(IEnumerable<InstanceEntry> entries, DateTimeOffset now, PlanningTimes times)
    {
        var claims = entries.Select(entry => Of(entry, now, times)).OfType<Claim>().ToList();
        claims.Sort(Order);
        return claims;
    }

    /// <summary>Null when it wants nothing, or is about to let go of what it has.</summary>
    public static Claim? Of(InstanceEntry entry, DateTimeOffset now, PlanningTimes times)
    {
        var instance = entry.Value;
        if (instance.State == InstanceState.Terminated || instance.Target == InstanceTarget.Terminated || instance.TimeslotEnd <= now)
            return null;
        var length = times.LabStart(instance.Request.Nodes) + TimeSpan.FromMinutes(instance.DurationMinutes);
        return new Claim
        {
            Id = instance.Id,
            Request = instance.Request,
            Demand = instance.Demand,
            Created = instance.CreatedAt,
            From = times.IsDue(instance, now) && times.Due(instance) > now ? now : times.Due(instance),
            Until = instance.TimeslotEnd ?? (instance.HoldsPlace ? now + length : null),
            Length = length,
            WorkerId = instance.HoldsPlace ? entry.WorkerId : null,
        };
    }

    /// <param name="start">Null: as soon as possible.</param>
    public static Claim AskedFor(LabRequest request, DateTimeOffset? start, TimeSpan length, DateTimeOffset now, PlanningTimes times, int number = 0) => new()
    {
        Id = $"asked-{number:D6}",
        Request = request,
        Demand = request.Demand,
        Created = now,
        From = start is { } at ? at - times.Lead(request.Nodes) : now,
        Until = start + length,
        Length = times.LabStart(request.Nodes) + length,
        Asked = true,
    };

    public Claim Longer(DateTimeOffset until) => new() { Id = Id, Request = Request, Demand = Demand, Created = Created, From = From, Until = until, Length = Length, WorkerId = WorkerId };

    /// <summary>By due time, then creation; what is asked about comes last of its kind, as it is not created yet.</summary>
    public static int Order(Claim one, Claim other) => one.From.CompareTo(other.From) is not 0 and var from ? from
        : one.Created.CompareTo(other.Created) is not 0 and var created ? created
        : one.Asked != other.Asked ? one.Asked.CompareTo(other.Asked) : string.CompareOrdinal(one.Id, other.Id);
}

internal sealed record ClaimKind(Capacity Demand, int Ports, string CmlVersionRange, string Region, string Licences);
