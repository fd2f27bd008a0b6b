using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scaling;

/// <summary>One decision about the fleet's size, or a refusal to decide, with its reason.</summary>
internal abstract record ScalingDecision(string Reason)
{
    /// <param name="Beside">How many workers the template has before it.</param>
    public sealed record Create(string Template, int Beside, string Reason) : ScalingDecision(Reason);

    public sealed record Restart(string WorkerId, string Reason) : ScalingDecision(Reason);

    public sealed record Stop(string WorkerId, string Reason) : ScalingDecision(Reason);

    public sealed record Terminate(string WorkerId, string Reason) : ScalingDecision(Reason);

    public sealed record SkipUp(string InstanceId, string Reason) : ScalingDecision(Reason);

    /// <summary>Fewer workers than the template keeps, and no way to have more.</summary>
    public sealed record SkipMinimum(string Template, string Reason) : ScalingDecision(Reason);

    public sealed record SkipDown(string WorkerId, string Reason) : ScalingDecision(Reason);
}

/// <summary>
/// How the fleet should grow and shrink, from a snapshot and the time alone. Up: due work that fits nowhere, after what is coming; the
/// cheapest that fits all constraints. Down: idle past its cooldown, nothing due soon, above the minimum.
/// </summary>
internal static class ScalingPlanner
{
    public static ImmutableArray<ScalingDecision> Plan(
        FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates, DateTimeOffset now, PlanningTimes times, ScalingOptions options)
    {
        var decisions = ImmutableArray.CreateBuilder<ScalingDecision>();
        var fleet = new PlannedFleet(snapshot, templates, now, times);
        Up(decisions, fleet, options);
        Minimum(decisions, snapshot, fleet, templates, options);
        if (!decisions.Any(decision => decision is ScalingDecision.Create or ScalingDecision.Restart))
            Down(decisions, snapshot, templates, now, times, options);
        return decisions.ToImmutable();
    }

    private static void Up(ImmutableArray<ScalingDecision>.Builder decisions, PlannedFleet fleet, ScalingOptions options)
    {
        foreach (var decision in fleet.Grow())
        {
            decisions.Add(decision);
            if (Orders(decisions) >= options.MaxOrdersAtOnce)
                return;
        }
    }

    private static void Minimum(ImmutableArray<ScalingDecision>.Builder decisions, FleetSnapshot snapshot, PlannedFleet fleet, ImmutableArray<WorkerTemplate> templates, ScalingOptions options)
    {
        foreach (var template in templates.Where(template => template is { Enabled: true, MinWorkers: > 0 }))
        {
            var missing = template.MinWorkers - Ready(snapshot, template.Name) - decisions.Count(decision => decision switch
            {
                ScalingDecision.Create create => create.Template == template.Name,
                ScalingDecision.Restart restart => snapshot.Workers[restart.WorkerId].Value.Template == template.Name,
                _ => false,
            });
            // A stopped one is there sooner than a new one, and need not be paid for beside it.
            var stopped = new Queue<string>(snapshot.Workers.Values.Where(worker => worker.Value.Template == template.Name && worker.MayRestart).Select(worker => worker.Id)
                .Except(decisions.OfType<ScalingDecision.Restart>().Select(restart => restart.WorkerId)).Order(StringComparer.Ordinal));
            for (; missing > 0 && Orders(decisions) < options.MaxOrdersAtOnce; missing--)
            {
                var reason = $"Template {template.Name} keeps at least {Counted.Of(template.MinWorkers, "worker")}.";
                if (stopped.TryDequeue(out var id))
                    decisions.Add(new ScalingDecision.Restart(id, reason));
                else if (fleet.MayCreate(template))
                    decisions.Add(fleet.Create(template.Name, reason));
                else
                {
                    decisions.Add(new ScalingDecision.SkipMinimum(template.Name, $"{template.MinWorkers - missing} of at least {Counted.Of(template.MinWorkers, "worker")} run or are coming, and no more can be ordered: {fleet.WhyNoMore(template)}"));
                    break;
                }
            }
        }
    }

    private static void Down(
        ImmutableArray<ScalingDecision>.Builder decisions, FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates,
        DateTimeOffset now, PlanningTimes times, ScalingOptions options)
    {
        var stopping = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var worker in snapshot.Workers.Values.Where(worker => worker.Unreadable is null).OrderByDescending(worker => worker.Value.CostPerHour).ThenBy(worker => worker.Id, StringComparer.Ordinal))
        {
            var value = worker.Value;
            if (value is { State: WorkerState.Stopped, Target: WorkerTarget.Stopped } && value.LastTransition.At + options.StoppedLimit <= now)
                decisions.Add(new ScalingDecision.Terminate(worker.Id, $"Stopped since {value.LastTransition.At:u}, longer than {options.StoppedLimit}."));
            if (value is not { State: WorkerState.Running, Target: WorkerTarget.Running, LostSince: null } || !worker.IsEmpty || IdleSince(worker) + options.IdleCooldown > now)
                continue;
            var least = templates.FirstOrDefault(template => template.Name == value.Template)?.MinWorkers ?? 0;
            var left = Ready(snapshot, value.Template) - stopping.GetValueOrDefault(value.Template);
            if (left <= least)
                decisions.Add(new ScalingDecision.SkipDown(worker.Id, $"It is idle, and template {value.Template} keeps at least {Counted.Of(least, "worker")}."));
            else if (DueSoon(snapshot, worker, now + options.IdleCooldown, times) is { } soon)
                decisions.Add(new ScalingDecision.SkipDown(worker.Id, $"It is idle, and {soon.Id} is due on it soon."));
            else
            {
                stopping[value.Template] = stopping.GetValueOrDefault(value.Template) + 1;
                decisions.Add(new ScalingDecision.Stop(worker.Id, $"Idle since {IdleSince(worker):u}, longer than {options.IdleCooldown}."));
            }
        }
    }

    public static DateTimeOffset IdleSince(WorkerEntry worker) =>
        worker.Capacity.Value.ChangedAt > worker.Value.LastTransition.At ? worker.Capacity.Value.ChangedAt : worker.Value.LastTransition.At;

    /// <summary>Of several the first that becomes due, so that the reason told stays the same from pass to pass.</summary>
    private static InstanceEntry? DueSoon(FleetSnapshot snapshot, WorkerEntry worker, DateTimeOffset until, PlanningTimes times) =>
        snapshot.Waiting.Where(entry => times.On(worker.Value).IsDueWithStart(entry.Value, worker.Value.StartupTimeMinutes, until) && worker.Value.Declared.Fits(entry.Value.Demand)
            && worker.Value.PortRange.Count >= entry.Value.Request.PortNames.Length
            && Compatibility.Fits(entry.Value.Request, worker.Value.Kind))
        .OrderBy(entry => times.Due(entry.Value)).ThenBy(entry => entry.Id, StringComparer.Ordinal).FirstOrDefault();

    private static int Ready(FleetSnapshot snapshot, string template) => snapshot.Workers.Values.Count(worker => worker.Value.Template == template && worker.Unreadable is null
        && (worker.IsComing || worker.Value is { Target: WorkerTarget.Running, LostSince: null, State: WorkerState.Running }));

    private static int Orders(ImmutableArray<ScalingDecision>.Builder decisions) =>
        decisions.Count(decision => decision is ScalingDecision.Create or ScalingDecision.Restart);
}
