using System.Collections.Immutable;
using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scaling;

/// <summary>
/// What the work that is due soon makes of the fleet, by the same play that a booking was accepted on: labs in order of due time, each
/// onto the running worker that it packs tightest, rooms as they will be given back, and what has to be started where none is left.
/// </summary>
internal sealed class PlannedFleet
{
    /// <summary>
    /// Workers are ordered so much earlier than they take to start: those of labs which are due within a minute are then all up before the
    /// first of these is placed, as the forecast has it, and none goes where only another could have gone.
    /// </summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromMinutes(2);
    private readonly FleetSnapshot _snapshot;
    private readonly ImmutableArray<WorkerTemplate> _templates;
    private readonly Dictionary<string, int> _workers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _without = new(StringComparer.Ordinal);
    private readonly List<Claim> _claims = [];
    private readonly Playthrough? _played;
    private readonly DateTimeOffset _now;
    private readonly PlanningTimes _times;
    private readonly TimeSpan _slowest;

    public PlannedFleet(FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates, DateTimeOffset now, PlanningTimes times)
    {
        (_snapshot, _templates, _now, _times) = (snapshot, templates, now, times);
        foreach (var (name, pointer) in snapshot.Templates)
            _workers[name] = pointer.Value.Workers;
        foreach (var worker in snapshot.Workers.Values.Where(worker => worker.Value is { State: WorkerState.Pending, Trouble: not null }))
            _without.Add(worker.Value.Template);
        _slowest = templates.Where(template => template.Enabled).Select(template => StartOf(template.Provider, template.StartupTimeMinutes))
            .Concat(snapshot.Workers.Values.Where(worker => worker.Value.State == WorkerState.Stopped).Select(worker => StartOf(worker.Value.Provider, worker.Value.RestartTimeMinutes)))
            .DefaultIfEmpty().Max();
        // With the last of those that are due together with one of them: their workers are chosen, and ordered, together.
        var soon = snapshot.Waiting.Where(entry => entry.Value.AsSoonAsPossible || times.Due(entry.Value) - _slowest - HeadStart - Playthrough.Together <= now).ToList();
        // Mostly nothing waits, and then there is nothing to play.
        if (soon.Count == 0)
            return;
        _claims = Claim.InOrder(soon.Concat(snapshot.InstancesByWorker.Keys.SelectMany(snapshot.On).Where(entry => entry.Value.HoldsPlace)), now, times);
        _played = Playthrough.UntilLastIsDue(GrownFleet.AsScalingSees(snapshot, templates, Left, _claims, now, times), _claims);
    }

    /// <summary>What has to be started for what is due soon, or why it waits for something else; in order of due time.</summary>
    public IEnumerable<ScalingDecision> Grow()
    {
        if (_played is null)
            yield break;
        var starts = _played.Starts.ToLookup(start => start.Claim);
        foreach (var claim in _claims.Where(claim => claim.WorkerId is null))
        {
            var decisions = starts[claim].Where(start => start.Place.Coming == Coming.No && IsTime(start.At, _slowest)).Select(start => Start(claim, start.Place, start.At)).ToList();
            foreach (var decision in decisions.Where(decision => decision is not ScalingDecision.SkipUp))
                yield return decision;
            // One reason for each, however many workers its turn starts.
            if ((decisions.Find(decision => decision is ScalingDecision.SkipUp) ?? (_played.Waited.Contains(claim.Id) ? new ScalingDecision.SkipUp(claim.Id, WhyNot(claim)) : null)) is { } skip)
                yield return skip;
        }
    }

    /// <summary>A provider that has no host for the last worker has none for one more, and a pointer that cannot be read counts no further worker.</summary>
    public bool MayCreate(WorkerTemplate template) => Left(template) > 0;

    public string WhyNoMore(WorkerTemplate template) => _without.Contains(template.Name) ? "there is no host for one that was ordered."
        : IsUnreadable(template) ? $"the value of {StateKeys.Template(template.Name)} cannot be read."
        : $"its maximum of {template.MaxWorkers} is reached.";

    public ScalingDecision.Create Create(string template, string reason)
    {
        var beside = _workers.GetValueOrDefault(template);
        _workers[template] = beside + 1;
        return new ScalingDecision.Create(template, beside, reason);
    }

    private int Left(WorkerTemplate template) => _without.Contains(template.Name) || IsUnreadable(template) ? 0 : Math.Max(0, template.MaxWorkers - _workers.GetValueOrDefault(template.Name));

    private bool IsUnreadable(WorkerTemplate template) => _snapshot.Unreadable.ContainsKey(StateKeys.Template(template.Name));

    /// <param name="at">When the first is due that it is started together with.</param>
    private ScalingDecision Start(Claim claim, Place place, DateTimeOffset at)
    {
        if (place.WorkerId is { } id)
        {
            var stopped = _snapshot.Workers[id].Value;
            return IsTime(at, StartOf(stopped.Provider, stopped.RestartTimeMinutes))
                ? new ScalingDecision.Restart(id, $"{claim.Id} fits nowhere else; restarting takes {Counted.Of(stopped.RestartTimeMinutes, "minute")}.")
                : new ScalingDecision.SkipUp(claim.Id, $"{id} would be ready again before it is needed.");
        }
        var template = _templates.Single(template => template.Name == place.Kind.Template);
        return !IsTime(at, StartOf(template.Provider, template.StartupTimeMinutes)) ? new ScalingDecision.SkipUp(claim.Id, $"A worker of {template.Name} would be ready before it is needed.")
            : MayCreate(template) ? Create(template.Name, $"{claim.Id} fits nowhere; {template.Name} is the cheapest that takes it.")
            : new ScalingDecision.SkipUp(claim.Id, WhyNot(claim));
    }

    private bool IsTime(DateTimeOffset at, TimeSpan start) => at - start - HeadStart <= _now;

    private TimeSpan StartOf(string provider, int minutes) => _times.On(provider).WorkerStart(minutes);

    private string WhyNot(Claim claim)
    {
        var fitting = _templates.Where(template => template.Enabled && PlaceKind.Of(template).CouldHold(claim))
            .OrderBy(template => template.CostPerHour).ThenBy(template => template.Name, StringComparer.Ordinal).ToList();
        var late = fitting.Where(template => Left(template) > 0 && claim.Until <= _now + StartOf(template.Provider, template.StartupTimeMinutes)).ToList();
        return late.Count > 0 ? $"No worker would be ready before its slot ends: {string.Join(", ", late.Select(template => $"{template.Name} takes {Counted.Of(template.StartupTimeMinutes, "minute")} to start"))}."
            : fitting.Count == 0
            ? $"No enabled template makes a worker large enough, licensed and of the version it needs{(claim.Request.Region is { Length: > 0 } region ? $" in region {region}" : "")}."
            : $"Every template that fits is at its maximum{(fitting.Exists(template => _without.Contains(template.Name)) ? " or has a worker for which there is no host" : "")}{(fitting.Exists(IsUnreadable) ? " or has a pointer that cannot be read" : "")}: "
                + $"{string.Join(", ", fitting.Select(template => $"{template.Name} {template.MaxWorkers}"))}.";
    }
}
