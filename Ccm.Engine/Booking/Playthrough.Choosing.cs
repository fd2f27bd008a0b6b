namespace Ccm.Engine.Booking;

/// <summary>Where a lab goes: by the planner's score onto what runs, else onto what scaling would start for it.</summary>
internal sealed partial class Playthrough
{
    /// <summary>The cheapest first, as templates are; by no id, which one that is yet to be made does not have.</summary>
    private static readonly Comparer<Place> AsStarted = Comparer<Place>.Create((one, other) => one.Kind.CostPerHour.CompareTo(other.Kind.CostPerHour) is not 0 and var cost ? cost
        : string.CompareOrdinal(one.Kind.Template, other.Kind.Template));

    /// <summary>The tightest of those that run and are ready, else of those that are coming.</summary>
    private Place? Tightest(Claim claim, DateTimeOffset at)
    {
        Place? best = null;
        var bestScore = 0.0;
        foreach (var place in _workers)
        {
            if (place.Runs(at) || (place.IsAwaited && !claim.IsPromised))
                Compare(place);
        }
        foreach (var places in _grown)
        {
            foreach (var place in places)
            {
                if (place.Runs(at))
                    Compare(place);
            }
        }
        return best;

        void Compare(Place place)
        {
            if (place == _kept.Place || !place.HasRoom(claim) || !InTime(claim, place, at))
                return;
            var score = Score(claim, place, at);
            if ((best is null || score > bestScore || (score == bestScore && IsBefore(place, best))) && place.Kind.CouldHold(claim))
                (best, bestScore) = (place, score);
        }
    }

    /// <summary>
    /// A worker that stands still, else one more of a template; the cheapest that takes it. What was started or ordered a moment ago is
    /// still counted as what it was before, so that the plan stays the same while it is carried out; only to one that would come too late
    /// it is preferred, whatever it costs, since it is paid for already.
    /// </summary>
    private Place? Started(Claim claim, DateTimeOffset at)
    {
        var stopped = _workers.Concat(_grown.SelectMany(places => places)).Where(place => (place.IsStopped(at) || place is { IsAwaited: true, Coming: Coming.Restarted }) && place.Kind.CouldHold(claim) && InTime(claim, place, at)).Order(AsStarted).FirstOrDefault();
        if (stopped is not null)
            return stopped;
        for (var n = 0; n < _grown.Length; n++)
        {
            var growth = _fleet.Growth[n];
            if (!growth.Kind.CouldHold(claim) || !InTime(claim, growth.Ready, at))
                continue;
            if (Awaited(claim, at, place => place.Coming == Coming.Made && place.Kind.Template == growth.Kind.Template) is { } ordered)
                return ordered;
            if (growth.Ready > at && Awaited(claim, at, place => place.Ready < growth.Ready) is { } sooner)
                return sooner;
            if (_grown[n].Find(place => place.IsGone(at)) is { } again)
                return again;
            if (_workers.Find(place => place.IsGone(at) && place.Kind.Template == growth.Kind.Template) is { } gone)
            {
                _workers.Remove(gone);
                _retired.Add(gone);
            }
            if (Unused(n) > 0)
            {
                _grown[n].Add(new Place(growth.Kind, null, growth.Ready, leaving: false, default) { Number = _made++ });
                return _grown[n][^1];
            }
        }
        return Awaited(claim, at, _ => true);
    }

    /// <summary>For the first that waits: the running worker that comes nearest to taking it, unless one that will is coming.</summary>
    private void KeepFor(Claim claim, DateTimeOffset at)
    {
        if (_kept.Decided)
            return;
        if (Awaited(claim, at, _ => true) is not null)
        {
            _kept = (true, null);
            return;
        }
        Place? nearest = null;
        foreach (var place in _workers.Concat(_grown.SelectMany(places => places)).Where(place => place.Runs(at) && place.Ready <= at && place.Kind.CouldHold(claim)))
        {
            if (nearest is null || place.Shortage(claim) is var shortage && (shortage < nearest.Shortage(claim) || (shortage == nearest.Shortage(claim) && IsBefore(place, nearest))))
                nearest = place;
        }
        _kept = (nearest is not null, nearest);
    }

    private Place? Awaited(Claim claim, DateTimeOffset at, Predicate<Place> match) =>
        _workers.Find(place => place.IsAwaited && match(place) && place.Kind.CouldHold(claim) && InTime(claim, place, at));

    /// <summary>Whether there is room for it that only start-up keeps it from.</summary>
    private bool HasLateRoom(Claim claim, DateTimeOffset at) =>
        _workers.Exists(place => place.Kind.CouldHold(claim) && place.HasRoom(claim) && !place.IsLeaving && !InTime(claim, place, at))
        || Enumerable.Range(0, _grown.Length).Any(n => Unused(n) > 0 && _fleet.Growth[n].Kind.CouldHold(claim) && !InTime(claim, _fleet.Growth[n].Ready, at));

    private static bool InTime(Claim claim, Place place, DateTimeOffset at) => place.IsLeaving ? place.Ready <= at : InTime(claim, place.Ready, at);

    /// <summary>A worker that starts late is better than none, as long as it starts before the slot ends.</summary>
    private static bool InTime(Claim claim, DateTimeOffset ready, DateTimeOffset at) => claim.Until is not { } until || Later(ready, at) < until;

    private static double Score(Claim claim, Place place, DateTimeOffset at) => place.UtilisationWith(claim) + (place.Ready <= at ? 1 : 0);

    private static bool IsBefore(Place place, Place other) => (place.Labs > 0) != (other.Labs > 0) ? place.Labs > 0
        : place.WorkerId is null || other.WorkerId is null ? place.Number < other.Number : string.CompareOrdinal(place.WorkerId, other.WorkerId) < 0;
}
