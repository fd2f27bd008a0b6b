namespace Ccm.Engine.Booking;

/// <summary>When a slot could start so that some place has room from its lead time to its end, by what is booked already.</summary>
internal sealed class FreeTimes
{
    private readonly List<(DateTimeOffset First, DateTimeOffset Last)> _starts = [];

    /// <param name="horizon">No later start.</param>
    public FreeTimes(GrownFleet fleet, Playthrough booked, Claim asked, TimeSpan length, DateTimeOffset horizon)
    {
        var lead = asked.Until!.Value - length - asked.From;
        foreach (var place in booked.Places.Where(place => place.Kind.CouldHold(asked)))
            Add(place.IsLeaving ? place.Ready + lead : OnceReady(place.Ready), Blocked(place, asked));
        for (var n = 0; n < fleet.Growth.Length; n++)
        {
            if (booked.Unused(n) > 0 && fleet.Growth[n].Kind.CouldHold(asked))
                Add(OnceReady(fleet.Growth[n].Ready), []);
        }

        // Ready at least before the slot ends.
        DateTimeOffset OnceReady(DateTimeOffset ready) => ready > fleet.Now ? ready - length + TimeSpan.FromTicks(1) : fleet.Now;

        void Add(DateTimeOffset first, List<(DateTimeOffset From, DateTimeOffset Until)> blocked)
        {
            foreach (var (from, until) in blocked)
            {
                Open(first, from - length);
                if (until > fleet.Now && until + lead > first)
                    first = until + lead;
            }
            Open(first, horizon);
        }

        void Open(DateTimeOffset first, DateTimeOffset last)
        {
            first = first > fleet.Now ? first : fleet.Now;
            last = last < horizon ? last : horizon;
            if (first <= last)
                _starts.Add((first, last));
        }
    }

    /// <summary>The first full minute from then on; null when there is none.</summary>
    public DateTimeOffset? From(DateTimeOffset time)
    {
        DateTimeOffset? best = null;
        foreach (var (first, last) in _starts)
        {
            var start = UpToMinute(first > time ? first : time);
            if (start <= last && (best is null || start < best))
                best = start;
        }
        return best;
    }

    /// <summary>The last full minute up to then; null when there is none.</summary>
    public DateTimeOffset? Before(DateTimeOffset time)
    {
        DateTimeOffset? best = null;
        foreach (var (first, last) in _starts)
        {
            var start = DownToMinute(last < time ? last : time);
            if (start >= first && (best is null || start > best))
                best = start;
        }
        return best;
    }

    /// <summary>When what is on the place leaves too little for it, in order of time.</summary>
    private static List<(DateTimeOffset From, DateTimeOffset Until)> Blocked(Place place, Claim asked)
    {
        var changes = place.History.Select(held => (At: held.From, Load: Load.Of(held.Claim), Sign: 1))
            .Concat(place.History.Select(held => (At: held.Until, Load: Load.Of(held.Claim), Sign: -1))).OrderBy(change => change.At).ToList();
        var blocked = new List<(DateTimeOffset, DateTimeOffset)>();
        var (used, since) = (Load.Of(asked), (DateTimeOffset?)null);
        for (var n = 0; n < changes.Count; n++)
        {
            used = used.With(changes[n].Load, changes[n].Sign);
            if (n + 1 < changes.Count && changes[n + 1].At == changes[n].At)
                continue;
            if (!used.IsWithin(place.Kind))
                since ??= changes[n].At;
            else if (since is { } from)
            {
                blocked.Add((from, changes[n].At));
                since = null;
            }
        }
        return blocked;
    }

    private static DateTimeOffset UpToMinute(DateTimeOffset time) => DownToMinute(time + TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));

    private static DateTimeOffset DownToMinute(DateTimeOffset time) => time - TimeSpan.FromTicks(time.UtcTicks % TimeSpan.TicksPerMinute);
}
