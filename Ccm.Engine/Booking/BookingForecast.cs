using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Booking;

/// <summary>
/// Whether all that is promised will find a place, should the fleet grow as far as it can; from a snapshot and the time alone. It is
/// advice: between the forecast and the day there are labs that want to run at once, hosts that fail and people who override it.
/// </summary>
public sealed class BookingForecast
{
    /// <summary>Slots named to somebody who was refused, before and after the one that was asked for.</summary>
    private const int NamedBefore = 2;
    private const int NamedAfter = 3;

    /// <summary>Free times that are played through at most in each direction.</summary>
    private const int Tries = 24;
    private static readonly IReadOnlySet<string> Nobody = new HashSet<string>();
    private readonly DateTimeOffset _now;
    private readonly PlanningTimes _times;
    private readonly GrownFleet _fleet;
    private readonly List<Claim> _claims;
    private readonly CancellationToken _stop;
    private Playthrough? _booked;

    /// <param name="templates">Newest revisions.</param>
    /// <param name="stop">Ends it while it is played through.</param>
    public BookingForecast(FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates, DateTimeOffset now, PlanningTimes times, CancellationToken stop = default)
    {
        (_now, _times, _stop) = (now, times, stop);
        _claims = Claim.All(snapshot, now, times);
        _fleet = GrownFleet.Of(snapshot, templates, _claims, now, times);
    }

    /// <summary>What happens without anything new.</summary>
    private Playthrough Booked => _booked ??= Playthrough.Of(_fleet, _claims, Nobody, toTheEnd: true, _stop);

    /// <summary>Null when the lab has a place in that slot and nobody loses one; else why not, and when there is one.</summary>
    /// <param name="horizon">No later slot is named.</param>
    public SlotShortage? Check(LabRequest request, DateTimeOffset start, TimeSpan length, DateTimeOffset horizon)
    {
        var asked = Claim.AskedFor(request, start, length, _now, _times);
        return Against(asked) is { } conflict ? new SlotShortage(conflict, asked, Around(request, start, length, horizon)) : null;
    }

    /// <summary>As <see cref="Check"/>, and how many of the lab would have a place.</summary>
    public SlotOutlook Outlook(LabRequest request, DateTimeOffset start, TimeSpan length, DateTimeOffset horizon)
    {
        var asked = Claim.AskedFor(request, start, length, _now, _times);
        var most = _fleet.Holds(asked, asked.From);
        if (Check(request, start, length, horizon) is { } shortage)
            return new SlotOutlook(shortage, 0, OrMore: false, most);
        // Those that have no place, or take that of another, are left out, and the rest is played once more: a play is dear, so never a third time.
        var count = (int)Math.Min(most, SlotOutlook.MostCounted);
        var orMore = count < most;
        for (var tries = 0; tries < 2 && count > 1; tries++)
        {
            var whatIf = WhatIf(request, count, start, length);
            if (whatIf is { Nowhere: 0, Displaced: 0 })
                return new SlotOutlook(null, count, orMore, most);
            // What others lose is not one for one: so many fewer is a guess, of which half is left at least.
            orMore = whatIf.Displaced > 0;
            count -= whatIf.Nowhere > 0 ? whatIf.Nowhere : Math.Min(whatIf.Displaced, count / 2);
        }
        return new SlotOutlook(null, 1, orMore || count > 1, Math.Max(1, most));
    }

    /// <summary>As <see cref="FleetKinds.Check"/>, for one lab.</summary>
    public static SlotShortage? CheckWhetherItEverFits(FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates, LabRequest request) => new FleetKinds(snapshot, templates).Check(request);

    /// <summary>Regions in which there are workers that are not ending, or which an enabled template may make; in order.</summary>
    public static ImmutableArray<string> Regions(FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates) => GrownFleet.RegionsOf(snapshot, templates);

    /// <summary>The next slots in which the lab would have a place, so far apart that one worker could serve them all; fewer when there are no more.</summary>
    public ImmutableArray<FreeSlot> FreeSlots(LabRequest request, DateTimeOffset from, TimeSpan length, int count, DateTimeOffset horizon) =>
        [.. After(Free(request, from, length, horizon), request, from, length, count).Select(start => new FreeSlot(start, start + length))];

    /// <summary>Null when nobody loses a promised place if this one keeps its own for longer.</summary>
    public ExtensionShortage? CheckExtension(InstanceEntry entry, DateTimeOffset newEnd)
    {
        if (Claim.Of(entry, _now, _times) is not { Until: { } end } claim || Against(claim.Longer(newEnd)) is not { } first)
            return null;
        var latest = first.At;
        while (latest > end && Against(claim.Longer(latest)) is { } next)
            latest = next.At < latest ? next.At : end;
        return new ExtensionShortage(first.Claim.Id, first.At, latest > end ? latest : null);
    }

    /// <summary>Where so many more of a lab would go.</summary>
    /// <param name="start">Null: now.</param>
    public WhatIf WhatIf(LabRequest request, int count, DateTimeOffset? start, TimeSpan length)
    {
        var asked = Enumerable.Range(0, count).Select(n => Claim.AskedFor(request, start, length, _now, _times, n)).ToList();
        var played = Playthrough.Of(_fleet, With(asked), Booked.Late, toTheEnd: true, _stop);
        return Booking.WhatIf.Of(played, asked, Booked.Late);
    }

    private Conflict? Against(Claim asked)
    {
        var claims = With([asked]);
        return Playthrough.Of(_fleet, claims, Nobody, toTheEnd: false, _stop).Conflict is not { } conflict ? null
            : Booked.Late.Count == 0 ? conflict : Playthrough.Of(_fleet, claims, Booked.Late, toTheEnd: false, _stop).Conflict;
    }

    /// <summary>All claims with these, which replace those of the same id.</summary>
    private List<Claim> With(List<Claim> asked)
    {
        var ids = asked.Select(claim => claim.Id).ToHashSet(StringComparer.Ordinal);
        var claims = _claims.Where(claim => !ids.Contains(claim.Id)).Concat(asked).ToList();
        claims.Sort(Claim.Order);
        return claims;
    }

    private ImmutableArray<FreeSlot> Around(LabRequest request, DateTimeOffset start, TimeSpan length, DateTimeOffset horizon)
    {
        var free = Free(request, start, length, horizon);
        return [.. Before(free, request, start, length, NamedBefore).Reverse().Concat(After(free, request, start, length, NamedAfter)).Select(at => new FreeSlot(at, at + length))];
    }

    private FreeTimes Free(LabRequest request, DateTimeOffset start, TimeSpan length, DateTimeOffset horizon) =>
        new(_fleet, Booked, Claim.AskedFor(request, start, length, _now, _times), length, horizon);

    private IEnumerable<DateTimeOffset> After(FreeTimes free, LabRequest request, DateTimeOffset from, TimeSpan length, int count) =>
        Search(free.From(from), start => free.From(start), TimeSpan.FromMinutes(1), request, length, count);

    private IEnumerable<DateTimeOffset> Before(FreeTimes free, LabRequest request, DateTimeOffset from, TimeSpan length, int count) =>
        Search(free.Before(from), start => free.Before(start), TimeSpan.FromMinutes(-1), request, length, count);

    /// <summary>Room by what is booked is not enough: with one more, others may go elsewhere. So each is played through.</summary>
    private IEnumerable<DateTimeOffset> Search(DateTimeOffset? first, Func<DateTimeOffset, DateTimeOffset?> next, TimeSpan step, LabRequest request, TimeSpan length, int count)
    {
        var (found, pause) = (0, step);
        for (var tried = 0; first is { } start && found < count && tried < Tries + count; tried++)
        {
            var fits = Against(Claim.AskedFor(request, start, length, _now, _times)) is null;
            if (fits)
            {
                found++;
                yield return start;
            }
            pause = fits ? step : pause * 2;
            first = next(start + (fits ? (length + _times.Lead(request.Nodes)) * Math.Sign(step.Ticks) : pause));
        }
    }
}
