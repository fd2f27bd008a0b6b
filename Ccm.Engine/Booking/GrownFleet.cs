using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Booking;

/// <summary>
/// What the fleet can grow to: every worker that is not ending, and of every enabled template as many more as its maximum leaves. A
/// worker that is draining, has FAILED, does not answer or is not sure to boot counts from when its labs have ended and it has been started again.
/// </summary>
internal sealed class GrownFleet
{
    private readonly ImmutableArray<Existing> _workers;

    private GrownFleet(ImmutableArray<Existing> workers, ImmutableArray<Growth> growth, ImmutableArray<string> regions, DateTimeOffset now, PlanningTimes times) =>
        (_workers, Growth, Regions, Now, Times) = (workers, growth, regions, now, times);

    /// <summary>The cheapest first, as the fleet grows.</summary>
    public ImmutableArray<Growth> Growth { get; }

    /// <summary>Where it has workers or can have some, in order.</summary>
    public ImmutableArray<string> Regions { get; }

    public DateTimeOffset Now { get; }

    public PlanningTimes Times { get; }

    public static GrownFleet Of(FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates, IReadOnlyCollection<Claim> claims, DateTimeOffset now, PlanningTimes times)
    {
        var existing = snapshot.Workers.Values.Where(worker => Stays(worker.Value)).GroupBy(worker => worker.Value.Template).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        return Of(snapshot, templates, worker => Stays(worker.Value), template => Math.Max(0, template.MaxWorkers - existing.GetValueOrDefault(template.Name)), claims, now, times);
    }

    /// <summary>The same as it can be had by what scaling may decide: what drains, has failed, does not answer or cannot be read is not its to bring back.</summary>
    /// <param name="most">Workers that a template may still make.</param>
    public static GrownFleet AsScalingSees(
        FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates, Func<WorkerTemplate, int> most, IReadOnlyCollection<Claim> claims, DateTimeOffset now, PlanningTimes times) =>
        Of(snapshot, templates, worker => worker.TakesWork || worker.IsComing || worker.MayRestart, most, claims, now, times);

    private static GrownFleet Of(
        FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates, Func<WorkerEntry, bool> counts, Func<WorkerTemplate, int> most, IReadOnlyCollection<Claim> claims, DateTimeOffset now, PlanningTimes times)
    {
        var lastUntil = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var claim in claims)
        {
            if (claim is { WorkerId: { } on, Until: { } until } && until > lastUntil.GetValueOrDefault(on))
                lastUntil[on] = until;
        }
        var workers = ImmutableArray.CreateBuilder<Existing>();
        foreach (var (id, entry) in snapshot.Workers)
        {
            var worker = entry.Value;
            if (!counts(entry))
                continue;
            var empty = lastUntil.TryGetValue(id, out var until) && until > now ? until : now;
            workers.Add(Next(worker, empty, now, times.On(worker)));
        }
        workers.Sort((one, other) => one.Kind.CostPerHour.CompareTo(other.Kind.CostPerHour) is not 0 and var cost ? cost : string.CompareOrdinal(one.WorkerId, other.WorkerId));
        var growth = templates.Where(template => template.Enabled).OrderBy(template => template.CostPerHour).ThenBy(template => template.Name, StringComparer.Ordinal)
            .Select(template => new Growth(
                PlaceKind.Of(template), most(template), now + times.On(template.Provider).WorkerStart(template.StartupTimeMinutes)));
        return new GrownFleet(workers.ToImmutable(), [.. growth], RegionsOf(snapshot, templates), now, times);
    }

    /// <summary>Whether a worker is not on its way to be given up.</summary>
    public static bool Stays(Worker worker) => !worker.IsGone && worker.Target != WorkerTarget.Terminated;

    public static ImmutableArray<string> RegionsOf(FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates) =>
    [
        .. snapshot.Workers.Values.Where(worker => Stays(worker.Value)).Select(worker => worker.Value.Region)
            .Concat(templates.Where(template => template is { Enabled: true, MaxWorkers: > 0 }).Select(template => template.Region)).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>Empty ones, the cheapest first.</summary>
    public List<Place> Workers() => [.. _workers.Select(worker => new Place(worker.Kind, worker.WorkerId, worker.Ready, worker.Leaving, worker.Idleness, worker.Coming))];

    /// <summary>Whether a worker of some kind could hold it then, were it empty.</summary>
    public bool CouldHold(Claim claim, DateTimeOffset at) => _workers.Any(worker => worker.Kind.CouldHold(claim) && IsThere(worker, at)) || Growth.Any(growth => growth.Most > 0 && growth.Kind.CouldHold(claim));

    /// <summary>All of the kinds that could hold it, at full growth.</summary>
    public Load Most(Claim claim, DateTimeOffset at) => _workers.Where(worker => worker.Kind.CouldHold(claim) && IsThere(worker, at)).Select(worker => Load.Of(worker.Kind.Declared, worker.Kind.Ports))
        .Concat(Growth.Where(growth => growth.Kind.CouldHold(claim)).Select(growth => Load.Of(growth.Kind.Declared, growth.Kind.Ports, growth.Most)))
        .Aggregate(Load.None, (sum, load) => sum + load);

    /// <summary>How many labs of a kind it could hold then at full growth, were it empty.</summary>
    public long Holds(Claim claim, DateTimeOffset at) => _workers.Where(worker => worker.Kind.CouldHold(claim) && IsThere(worker, at)).Sum(worker => worker.Kind.Holds(claim))
        + Growth.Where(growth => growth.Kind.CouldHold(claim)).Sum(growth => growth.Most * growth.Kind.Holds(claim));

    /// <summary>All workers together, at full growth.</summary>
    public Load Whole => _workers.Select(worker => Load.Of(worker.Kind.Declared, worker.Kind.Ports))
        .Concat(Growth.Select(growth => Load.Of(growth.Kind.Declared, growth.Kind.Ports, growth.Most))).Aggregate(Load.None, Load.Add);

    /// <summary>One that is given back meanwhile can be had again only while its template may make workers.</summary>
    private bool IsThere(Existing worker, DateTimeOffset at) => at <= worker.Idleness.StaysUntil || Growth.Any(growth => growth.Kind.Template == worker.Kind.Template);

    /// <param name="empty">When the last lab that is on it now ends.</param>
    private static Existing Next(Worker worker, DateTimeOffset empty, DateTimeOffset now, PlanningTimes times)
    {
        var kind = PlaceKind.Of(worker);
        var start = times.WorkerStart(worker.StartupTimeMinutes);
        return worker switch
        {
            { TakesWork: true } => Running(now),
            { IsComing: true, State: WorkerState.Pending or WorkerState.Provisioning, LastTransition.From: not WorkerState.Stopped } => Running(Later(now, times.ReadyAt(worker, now))) with { Coming = Coming.Made },
            { IsComing: true } => Running(Later(now, times.ReadyAt(worker, now))) with { Coming = Coming.Restarted },
            { State: WorkerState.Stopping or WorkerState.Stopped } =>
                new Existing(worker.Id, kind, now + times.WorkerStart(worker.RestartTimeMinutes), false, Idleness.Stopped(Later(now - times.StoppedLimit, worker.LastTransition.At), times)),
            // Waited for by nobody, but once it is up it runs for everybody.
            { BootsAfterFailure: true, Target: WorkerTarget.Running } => Running(now + start) with { Leaving = true },
            _ => new Existing(worker.Id, kind, empty + start, true, Idleness.Stopped(empty + start, times)),
        };

        // Whatever it was idle for, it runs now, and is looked at anew from now on.
        Existing Running(DateTimeOffset ready) =>
            new(worker.Id, kind, ready, false, Idleness.Since(ready, start, times));
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}

/// <param name="Most">Workers that the template can still make.</param>
/// <param name="Ready">When one that is ordered now would take work.</param>
internal sealed record Growth(PlaceKind Kind, int Most, DateTimeOffset Ready);

/// <param name="Leaving">It drains, has failed or does not answer, or boots again after it failed.</param>
internal sealed record Existing(string WorkerId, PlaceKind Kind, DateTimeOffset Ready, bool Leaving, Idleness Idleness)
{
    public Coming Coming { get; init; }
}
