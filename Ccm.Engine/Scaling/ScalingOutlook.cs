using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scaling;

/// <summary>How the fleet's size stands: what there is of each template, what waits, and why there is not more and not less.</summary>
/// <param name="Waiting">Due labs without a place, with what the planner says to each, in the order in which they are served.</param>
/// <param name="Templates">By name.</param>
public sealed record ScalingOutlook(ImmutableArray<WaitingLab> Waiting, ImmutableArray<TemplateOutlook> Templates)
{
    /// <summary>By the same planner that decides.</summary>
    /// <param name="templates">Newest revisions.</param>
    public static ScalingOutlook Of(FleetSnapshot snapshot, ImmutableArray<WorkerTemplate> templates, DateTimeOffset now, PlanningTimes times, ScalingOptions options)
    {
        var decisions = ScalingPlanner.Plan(snapshot, templates, now, times, options);
        var workers = snapshot.Workers.Values.Where(worker => worker.Value.State != WorkerState.Terminated).ToLookup(worker => worker.Value.Template, StringComparer.Ordinal);
        return new ScalingOutlook(WaitingIn(snapshot, decisions, now, times),
            [.. templates.OrderBy(template => template.Name, StringComparer.Ordinal).Select(template =>
                TemplateOutlook.Of(template, snapshot.Templates.GetValueOrDefault(template.Name)?.Value.Workers ?? 0, workers[template.Name], decisions, now, times, options))]);
    }

    private static ImmutableArray<WaitingLab> WaitingIn(FleetSnapshot snapshot, ImmutableArray<ScalingDecision> decisions, DateTimeOffset now, PlanningTimes times)
    {
        var refused = decisions.OfType<ScalingDecision.SkipUp>().ToDictionary(skip => skip.InstanceId, skip => skip.Reason, StringComparer.Ordinal);
        var coming = snapshot.Workers.Values.Count(worker => worker.IsComing);
        return
        [
            .. snapshot.In(InstanceState.Pending)
                .Where(entry => entry.Value.Target == InstanceTarget.Running && (times.IsDue(entry.Value, now) || refused.ContainsKey(entry.Id)))
                .OrderBy(entry => times.Due(entry.Value)).ThenBy(entry => entry.Value.CreatedAt).ThenBy(entry => entry.Id, StringComparer.Ordinal)
                .Select(entry => new WaitingLab(entry, times.Due(entry.Value), refused.TryGetValue(entry.Id, out var reason), reason ?? coming switch
                {
                    0 => "Placed, or a worker ordered for it, on the next pass.",
                    1 => "Room for it is on a worker that runs, or on the one that is coming.",
                    _ => $"Room for it is on a worker that runs, or on one of the {coming} that are coming.",
                })),
        ];
    }
}

/// <param name="Due">Since when it may be placed.</param>
/// <param name="IsRefused">No worker is ordered for it, for that reason.</param>
public sealed record WaitingLab(InstanceEntry Entry, DateTimeOffset Due, bool IsRefused, string Reason);

/// <summary>What there is of one template.</summary>
/// <param name="Existing">Workers that count towards its maximum.</param>
/// <param name="States">How many are in each state; TERMINATED ones left out.</param>
/// <param name="Coming">Those that will take work soon, with the time.</param>
/// <param name="Idle">Those that run and hold nothing.</param>
/// <param name="CostNow">Per hour, of those whose host is on: not PENDING, not STOPPED.</param>
/// <param name="CostAtMost">Per hour, were as many as it may have always on.</param>
/// <param name="NoMore">Why no further one can be ordered; null: one can.</param>
public sealed record TemplateOutlook(
    WorkerTemplate Template, int Existing, ImmutableSortedDictionary<WorkerState, int> States, ImmutableArray<ComingWorker> Coming, ImmutableArray<IdleWorker> Idle,
    decimal CostNow, decimal CostAtMost, string? NoMore)
{
    internal static TemplateOutlook Of(
        WorkerTemplate template, int existing, IEnumerable<WorkerEntry> workers, ImmutableArray<ScalingDecision> decisions, DateTimeOffset now, PlanningTimes times, ScalingOptions options)
    {
        var all = workers.OrderBy(worker => worker.Id, StringComparer.Ordinal).ToList();
        return new TemplateOutlook(template, existing,
            all.GroupBy(worker => worker.Value.State).ToImmutableSortedDictionary(group => group.Key, group => group.Count()),
            [.. all.Where(worker => worker.IsComing).Select(worker => ComingWorker.Of(worker.Value, now, times))],
            [.. all.Where(worker => worker.Value.State == WorkerState.Running && worker.IsEmpty).Select(worker => IdleWorker.Of(worker, decisions, options))],
            all.Where(worker => worker.Value.State is not (WorkerState.Pending or WorkerState.Stopped)).Sum(worker => worker.Value.CostPerHour),
            template.MaxWorkers * template.CostPerHour,
            WhyNoMore(template, existing, all));
    }

    private static string? WhyNoMore(WorkerTemplate template, int existing, List<WorkerEntry> workers) =>
        !template.Enabled ? "It is disabled: an admin can enable it to have more."
        : existing >= template.MaxWorkers ? $"Its maximum is reached: {existing} of {template.MaxWorkers} exist."
        : workers.Find(worker => worker.Value is { State: WorkerState.Pending, Trouble: not null }) is { } without ? $"There is no host for {without.Id}: {without.Value.Trouble}"
        : null;
}

/// <param name="ReadyAt">By the template's start-up time; past, when it takes longer than that.</param>
public sealed record ComingWorker(string Id, WorkerState State, DateTimeOffset ReadyAt)
{
    internal static ComingWorker Of(Worker worker, DateTimeOffset now, PlanningTimes times) => new(worker.Id, worker.State, times.ReadyAt(worker, now));
}

/// <param name="StopsAt">When its cooldown is over.</param>
/// <param name="KeptBecause">Why it goes on running beyond that; null: it does not, or its cooldown is not over.</param>
public sealed record IdleWorker(string Id, DateTimeOffset Since, DateTimeOffset StopsAt, string? KeptBecause)
{
    internal static IdleWorker Of(WorkerEntry worker, ImmutableArray<ScalingDecision> decisions, ScalingOptions options)
    {
        var since = ScalingPlanner.IdleSince(worker);
        return new IdleWorker(worker.Id, since, since + options.IdleCooldown, decisions.OfType<ScalingDecision.SkipDown>().FirstOrDefault(skip => skip.WorkerId == worker.Id)?.Reason);
    }
}
