using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <summary>Why an instance is where it is, or why it waits.</summary>
/// <param name="Summary">One sentence.</param>
/// <param name="Due">When it becomes due; null once placed.</param>
/// <param name="WouldFit">What would make it fit; empty when it is placed or fits.</param>
public sealed record PlacementExplanation(string InstanceId, string Summary, DateTimeOffset? Due, string? WorkerId, ImmutableArray<WorkerVerdict> Workers, ImmutableArray<string> WouldFit);

/// <param name="Fits">Nothing stands against it.</param>
public sealed record WorkerVerdict(string WorkerId, bool Fits, Capacity Available, Capacity Demand, ImmutableArray<Reason> Reasons);

/// <summary>Makes explanations with the same filters that the planner decides with.</summary>
public static class PlacementExplainer
{
    /// <param name="templates">Newest revisions, for what could be added.</param>
    public static PlacementExplanation Explain(
        FleetSnapshot snapshot, InstanceEntry instance, ImmutableArray<WorkerTemplate> templates, DateTimeOffset now, PlanningTimes times)
    {
        var value = instance.Value;
        var verdicts = snapshot.Workers.Values.Where(worker => worker.Value.State != WorkerState.Terminated).OrderBy(worker => worker.Id, StringComparer.Ordinal)
            .Select(worker => Verdict(value, worker.Id == instance.WorkerId ? Without(worker, value) : worker)).ToImmutableArray();
        if (instance.Unreadable is { } unreadable)
            return new PlacementExplanation(instance.Id, unreadable.Warning, null, instance.WorkerId, verdicts, []);
        if (value.State != InstanceState.Pending)
            return new PlacementExplanation(instance.Id, value.State == InstanceState.Terminated
                ? $"It ended: {value.LastTransition.Reason}" : $"It is on {instance.WorkerId}. {value.PlacedBecause}", null, instance.WorkerId, verdicts, []);
        var due = times.Due(value);
        if (!times.IsDue(value, now))
            return new PlacementExplanation(instance.Id, $"It is not due: it is placed from {due:u} on, so that nothing is held before it is needed.", due, null, verdicts, []);
        var plan = PlacementPlanner.Plan(snapshot, now, times);
        if (plan.Kept is { } kept && kept.InstanceId != instance.Id && plan.Placements.All(placement => placement.Instance.Id != instance.Id))
            verdicts = [.. verdicts.Select(verdict => verdict.WorkerId == kept.WorkerId ? Keep(verdict) : verdict)];
        if (verdicts.Any(verdict => verdict.Fits))
            return new PlacementExplanation(instance.Id, "A worker has room and it will be placed on the next pass.", due, null, verdicts, []);
        return new PlacementExplanation(instance.Id, Waiting(snapshot, verdicts), due, null, verdicts, WouldFit(value, snapshot, verdicts, templates));
    }

    /// <summary>Its own worker as it would be without it, which is what it was placed on.</summary>
    private static WorkerEntry Without(WorkerEntry worker, LabletInstance instance) => worker with
    {
        Capacity = worker.Capacity with { Value = AvailableCapacity.Of(worker.Available + instance.Demand, worker.Capacity.Value.ChangedAt) },
        Ports = worker.Ports with { Value = worker.Ports.Value.Release(instance.Ports.Values.Where(worker.Ports.Value.IsAllocated)) },
    };

    /// <summary>What stands against an empty worker of a template.</summary>
    internal static ImmutableArray<Reason> Against(LabletInstance instance, WorkerTemplate template) =>
        [.. Filters.AgainstKind(instance.Request, template.Kind), .. Filters.Shortages(instance, template.Declared, template.PortRange.Count)];

    internal static WorkerVerdict Verdict(LabletInstance instance, WorkerEntry worker)
    {
        var reasons = Filters.Against(instance, worker);
        return new WorkerVerdict(worker.Id, reasons.IsEmpty, worker.Available, instance.Demand, reasons);
    }

    internal static WorkerVerdict Keep(WorkerVerdict verdict) => verdict with
    {
        Fits = false,
        Reasons = verdict.Reasons.Add(new Reason(ReasonCode.PlaceKept, "It is kept for one that has waited longer.")),
    };

    private static string Waiting(FleetSnapshot snapshot, ImmutableArray<WorkerVerdict> verdicts)
    {
        if (verdicts.IsEmpty)
            return "It waits: the fleet has no workers yet.";
        var coming = snapshot.Workers.Values.Count(worker => worker.IsComing);
        var common = verdicts.SelectMany(verdict => verdict.Reasons).GroupBy(reason => reason.Code).OrderByDescending(group => group.Count()).First().Key;
        var none = verdicts.Length == 1 ? $"the one worker there is cannot take it, for {common}" : $"none of {verdicts.Length} workers can take it, most often for {common}";
        return $"It waits: {none}." + coming switch { 0 => "", 1 => " A worker is coming.", _ => $" {coming} workers are coming." };
    }

    /// <summary>Whether room could be made on it: what is too large for the empty worker waits there for ever.</summary>
    private static bool CouldHold(Worker worker, LabletInstance instance) => worker.Declared.Fits(instance.Demand) && worker.PortRange.Count >= instance.Request.PortNames.Length;

    private static ImmutableArray<string> WouldFit(
        LabletInstance instance, FleetSnapshot snapshot, ImmutableArray<WorkerVerdict> verdicts, ImmutableArray<WorkerTemplate> templates)
    {
        var answers = ImmutableArray.CreateBuilder<string>();
        (string Template, ImmutableArray<Reason> Against)? closest = null;
        var nearest = verdicts.Where(verdict => verdict.Reasons.All(reason => reason.Code >= ReasonCode.InsufficientCpu) && CouldHold(snapshot.Workers[verdict.WorkerId].Value, instance))
            .MinBy(verdict => verdict.Reasons.Length);
        if (nearest is not null)
            answers.Add($"Room on {nearest.WorkerId}: {string.Join(" ", nearest.Reasons.Select(reason => reason.Text))}");
        foreach (var template in templates.Where(template => template.Enabled).OrderBy(template => template.CostPerHour).ThenBy(template => template.Name, StringComparer.Ordinal))
        {
            var against = Against(instance, template);
            var workers = snapshot.Templates.GetValueOrDefault(template.Name)?.Value.Workers ?? 0;
            if (against.IsEmpty && workers < template.MaxWorkers)
                answers.Add($"One more worker of template {template.Name} ({workers} of {template.MaxWorkers} exist).");
            else if (against.IsEmpty)
                answers.Add($"A higher maximum for template {template.Name}: {workers} of {template.MaxWorkers} exist.");
            // Of equally near ones the dearest, which is mostly the largest.
            else if (closest is null || against.Length <= closest.Value.Against.Length)
                closest = (template.Name, against);
        }
        if (answers.Count == 0)
            answers.Add("A template of a worker that takes it: none of the enabled ones could."
                + (closest is { } near ? $" {near.Template} comes nearest: {string.Join(" ", near.Against.Select(reason => reason.Text))}" : ""));
        return answers.ToImmutable();
    }
}
