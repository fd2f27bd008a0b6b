namespace Ccm.Engine.Booking;

/// <summary>
/// The time ahead, played through by the planners' own rules: claims in order of due time, each onto the running worker that it packs
/// tightest, else onto one more, the cheapest that takes it; what finds no place waits until something is given back. A lab stays where
/// it is, so that free room in pieces counts as what it is. The same in, the same out.
/// </summary>
internal sealed partial class Playthrough
{
    /// <summary>Workers that are started for labs due within so long are up at the same time.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromMinutes(1);

    private readonly GrownFleet _fleet;
    private readonly HashSet<Place> _startedForAsked = [];
    private readonly IReadOnlySet<string> _excused;
    private readonly CancellationToken _stop;
    private readonly List<Place> _workers;
    private readonly List<Place> _retired = [];
    private readonly List<Place>[] _grown;
    private int _made;
    private readonly PriorityQueue<(Place Place, Claim Claim), DateTimeOffset> _ends = new();
    private readonly List<Claim> _waiting = [];

    /// <summary>Whether the first of those that wait was looked at, and the worker that nobody else may fill until it fits, as the planner keeps one.</summary>
    private (bool Decided, Place? Place) _kept;

    private Playthrough(GrownFleet fleet, IReadOnlySet<string> excused, CancellationToken stop)
    {
        (_fleet, _excused, _stop) = (fleet, excused, stop);
        _workers = fleet.Workers();
        _grown = [.. fleet.Growth.Select(_ => new List<Place>())];
    }

    /// <summary>Promised ones that had no place when they were due.</summary>
    public HashSet<string> Late { get; } = new(StringComparer.Ordinal);

    /// <summary>The first that is late and was not excused; one that is asked about goes before a promised one.</summary>
    public Conflict? Conflict { get; private set; }

    /// <summary>Where those that are asked about went when they were due, and whether the place was started for them.</summary>
    public List<(Place Place, bool Started)> AskedOn { get; } = [];

    /// <summary>Places that had to be started, each with the first for whom and when it has to be ready; in order.</summary>
    public List<(Claim Claim, Place Place, DateTimeOffset At)> Starts { get; } = [];

    /// <summary>All that had no place when they were due, promised or not.</summary>
    public HashSet<string> Waited { get; } = new(StringComparer.Ordinal);

    public IEnumerable<Place> Places => _workers.Concat(_retired).Concat(_grown.SelectMany(places => places));

    /// <summary>How many more workers a template may make, after those that have been given back.</summary>
    public int Unused(int growth) => _fleet.Growth[growth].Most + _retired.Count(place => place.Kind.Template == _fleet.Growth[growth].Kind.Template) - _grown[growth].Count;

    /// <param name="claims">In order.</param>
    /// <param name="excused">Late whatever is asked for: no conflict.</param>
    /// <param name="toTheEnd">False: stop at the first conflict.</param>
    /// <param name="stop">Ends it while it is played.</param>
    public static Playthrough Of(GrownFleet fleet, IReadOnlyList<Claim> claims, IReadOnlySet<string> excused, bool toTheEnd, CancellationToken stop = default)
    {
        var played = new Playthrough(fleet, excused, stop);
        played.Hold(claims);
        if (played.Play([.. claims.Where(claim => claim.WorkerId is null)], toTheEnd))
            played.AdvanceTo(DateTimeOffset.MaxValue);
        return played;
    }

    /// <summary>Until the last of the claims is due, and whether or not others are late.</summary>
    public static Playthrough UntilLastIsDue(GrownFleet fleet, IReadOnlyList<Claim> claims)
    {
        var played = new Playthrough(fleet, claims.Select(claim => claim.Id).ToHashSet(StringComparer.Ordinal), CancellationToken.None);
        played.Hold(claims);
        played.Play([.. claims.Where(claim => claim.WorkerId is null)], toTheEnd: true);
        return played;
    }

    /// <summary>False when it ended at a conflict.</summary>
    private bool Play(List<Claim> waiting, bool toTheEnd)
    {
        for (var (first, next) = (0, 0); first < waiting.Count; first = next)
        {
            var at = Later(waiting[first].From, _fleet.Now);
            for (next = first + 1; next < waiting.Count && waiting[next].From <= at + Together; next++)
            {
            }
            AdvanceTo(at);
            if (next - first > 1 || _workers.Exists(place => place.IsAwaited))
                StartFor(waiting[first..next], at);
            foreach (var claim in waiting[first..next])
            {
                _stop.ThrowIfCancellationRequested();
                AdvanceTo(Later(claim.From, at));
                if (!TryPlace(claim, Later(claim.From, at)))
                    Wait(claim, Later(claim.From, at));
                if (Conflict is not null && !toTheEnd)
                    return false;
            }
        }
        return true;
    }

    /// <summary>What is on a worker now stays there; on one that is going it is no concern of the forecast.</summary>
    private void Hold(IEnumerable<Claim> claims)
    {
        var byId = _workers.ToDictionary(place => place.WorkerId!, StringComparer.Ordinal);
        foreach (var claim in claims)
        {
            if (claim is { WorkerId: { } on, Until: { } until } && byId.TryGetValue(on, out var place))
                Put(claim, place, _fleet.Now, until);
        }
    }

    /// <summary>
    /// Starts the workers that several which are due together need between them. All of those then run, and each lab goes where it packs
    /// tightest: not always where it would have gone alone. One that goes to a worker which was started for another leaves that other
    /// without, so they are laid out anew until each has a place.
    /// </summary>
    private void StartFor(List<Claim> together, DateTimeOffset at)
    {
        while (!LayOut(together, at) || StartLeftOver(at))
        {
            // One more runs, and somebody would rather go there.
        }
    }

    /// <summary>What comes by then and was ordered for nobody who is left runs for everybody.</summary>
    private bool StartLeftOver(DateTimeOffset at)
    {
        var any = false;
        foreach (var place in _workers.Where(place => place.IsAwaited && place.Ready <= at))
        {
            place.Start(Idleness.Since(place.Ready, _fleet.Times.WorkerStart(place.Kind.StartupTimeMinutes), _fleet.Times));
            any = true;
        }
        return any;
    }

    /// <summary>False when one that was started would have been chosen by another before.</summary>
    private bool LayOut(List<Claim> together, DateTimeOffset at)
    {
        _stop.ThrowIfCancellationRequested();
        var supposed = new List<(Place Place, Claim Claim, double Score)>();
        var whole = true;
        foreach (var claim in together)
        {
            var place = Tightest(claim, at);
            if (place is null)
            {
                if ((place = Started(claim, at)) is null)
                    continue;
                Start(place, claim, at);
                whole = !supposed.Exists(before => place.Kind.CouldHold(before.Claim) && InTime(before.Claim, place, at) && Score(before.Claim, place, at) > before.Score);
                if (!whole)
                    break;
            }
            supposed.Add((place, claim, Score(claim, place, at)));
            place.Suppose(claim, taken: true);
        }
        foreach (var (place, claim, _) in supposed)
            place.Suppose(claim, taken: false);
        return whole;
    }

    private void Start(Place place, Claim claim, DateTimeOffset at)
    {
        if (claim.Asked && !place.IsAwaited)
            _startedForAsked.Add(place);
        place.Start(Idleness.Since(at, _fleet.Times.WorkerStart(place.Kind.StartupTimeMinutes), _fleet.Times));
        Starts.Add((claim, place, at));
    }

    /// <summary>Gives back what ends until then; whoever waits is looked at each time.</summary>
    private void AdvanceTo(DateTimeOffset time)
    {
        while (_ends.TryPeek(out _, out var end) && end <= time)
        {
            while (_ends.TryPeek(out var ended, out var at) && at == end)
            {
                ended.Place.GiveBack(ended.Claim, Idleness.Since(end, _fleet.Times.WorkerStart(ended.Place.Kind.StartupTimeMinutes), _fleet.Times));
                _ends.Dequeue();
            }
            if (_waiting.Count > 0)
                LookAgain(end);
        }
    }

    /// <summary>Of those that promise no time and are alike, the rest need not be looked at once one finds no place; there may be hundreds.</summary>
    private void LookAgain(DateTimeOffset at)
    {
        var full = new HashSet<ClaimKind>();
        _kept = default;
        _waiting.RemoveAll(claim =>
        {
            if (claim.Until <= at)
                return true;
            if (!claim.IsPromised && full.Contains(claim.Kind))
                return false;
            if (TryPlace(claim, at))
                return true;
            KeepFor(claim, at);
            if (!claim.IsPromised)
                full.Add(claim.Kind);
            return false;
        });
    }

    private bool TryPlace(Claim claim, DateTimeOffset at)
    {
        var place = Tightest(claim, at);
        if (place is null)
        {
            if ((place = Started(claim, at)) is null)
                return false;
            Start(place, claim, at);
        }
        KeepForIt(claim, at);
        if (claim.Asked && !Late.Contains(claim.Id))
            AskedOn.Add((place, _startedForAsked.Contains(place)));
        Put(claim, place, at, claim.Until ?? Later(at, place.Ready) + claim.Length);
        return true;
    }

    private void Wait(Claim claim, DateTimeOffset at)
    {
        Waited.Add(claim.Id);
        // What no worker could ever hold waits for nothing that the forecast knows of.
        if (claim.IsPromised || _fleet.CouldHold(claim, at))
        {
            KeepFor(claim, at);
            _waiting.Add(claim);
        }
        if (!claim.IsPromised)
            return;
        Late.Add(claim.Id);
        if (!_excused.Contains(claim.Id) && (Conflict is null || (claim.Asked && !Conflict.Claim.Asked)))
            Conflict = Conflict.Of(claim, at, _fleet, Held(claim, at), HasLateRoom(claim, at));
    }

    /// <summary>What is held then on workers that could hold it; a promised one that would lose its place counts as held, what is asked about does not.</summary>
    private Load Held(Claim claim, DateTimeOffset at)
    {
        var places = Places.Where(place => place.Labs > 0 && place.Kind.CouldHold(claim));
        return claim.Asked ? places.Aggregate(Load.None, (sum, place) => sum + place.Used)
            : places.SelectMany(place => place.History).Where(held => !held.Claim.Asked && held.From <= at && held.Until > at).Aggregate(Load.Of(claim), (sum, held) => sum + Load.Of(held.Claim));
    }

    private void Put(Claim claim, Place place, DateTimeOffset from, DateTimeOffset until)
    {
        place.Take(claim, from, until);
        _ends.Enqueue((place, claim), until);
    }

    /// <summary>An idle worker runs on while something is due soon that it could take, wherever that goes in the end.</summary>
    private void KeepForIt(Claim claim, DateTimeOffset at)
    {
        foreach (var place in _workers.Concat(_grown.SelectMany(places => places)))
        {
            if (place.Labs == 0 && place.Runs(at) && place.Kind.CouldHold(claim))
                place.KeepRunning(at, _fleet.Times);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
