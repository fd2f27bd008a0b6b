using System.Collections.Immutable;
using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <summary>Why an instance is where it is, or why it waits.</summary>
/// <param name="Summary">One sentence, for all who may read the lab: of the workers it names none but its own.</param>
/// <param name="Due">When it becomes due; null once placed.</param>
/// <param name="WouldFit">What would make it fit; empty when it is placed or fits, while a worker that takes it is coming in time, and while it is not due unless nothing could ever take it.</param>
/// <param name="Awaited">The worker on its way that takes it; null when none does, or it waits for none.</param>
public sealed record PlacementExplanation(
    string InstanceId, string Summary, DateTimeOffset? Due, string? WorkerId, ImmutableArray<WorkerVerdict> Workers, ImmutableArray<WayToFit> WouldFit, AwaitedWorker? Awaited = null);

/// <param name="Fits">Nothing stands against it.</param>
public sealed record WorkerVerdict(string WorkerId, bool Fits, Capacity Available, Capacity Demand, ImmutableArray<Reason> Reasons);

/// <param name="Text">In a sentence.</param>
/// <param name="WorkerId">The worker it is about; null: none.</param>
/// <param name="Template">The template it is about; null: none.</param>
/// <param name="ByAdmin">A template has to be made or changed for it.</param>
public sealed record WayToFit(string Text, string? WorkerId = null, string? Template = null, bool ByAdmin = false);

/// <summary>Makes explanations with the same filters that the planner decides with.</summary>
public static class PlacementExplainer
{
    /// <summary>Of what stands against it on many workers, the most frequent.</summary>
    private const int CausesTold = 3;

    /// <param name="templates">Newest revisions, for what could be added; default: not known, and nothing is said of them.</param>
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
            return new PlacementExplanation(instance.Id, $"It is not due: it is placed from {due:u} on, so that nothing is held before it is needed.", due, null, verdicts,
                !templates.IsDefault && BookingForecast.CheckWhetherItEverFits(snapshot, templates, value.Request) is not null ? WouldFit(value, snapshot, verdicts, templates) : []);
        var plan = PlacementPlanner.Plan(snapshot, now, times);
        if (plan.Kept is { } kept && kept.InstanceId != instance.Id && plan.Placements.All(placement => placement.Instance.Id != instance.Id))
            verdicts = [.. verdicts.Select(verdict => verdict.WorkerId == kept.WorkerId ? Keep(verdict) : verdict)];
        if (verdicts.Any(verdict => verdict.Fits))
            return new PlacementExplanation(instance.Id, "A worker has room and it will be placed on the next pass.", due, null, verdicts, []);
        var awaited = AwaitedWorker.Of(snapshot, instance, now, times);
        return new PlacementExplanation(instance.Id, awaited is null ? Waiting(value, snapshot, verdicts) : WaitingFor(awaited, snapshot, verdicts), due, null, verdicts,
            awaited is { Late: false } ? [] : WouldFit(value, snapshot, verdicts, templates), awaited);
    }

    /// <summary>Its own worker as it would be without it, which is what it was placed on.</summary>
    private static WorkerEntry Without(WorkerEntry worker, LabletInstance instance) => worker with
    {
        Capacity = worker.Capacity with { Value = AvailableCapacity.Of(worker.Available + instance.Demand, worker.Capacity.Value.ChangedAt) },
        Ports = worker.Ports with { Value = worker.Ports.Value.Release(instance.Ports.Values.Where(worker.Ports.Value.IsAllocated)) },
    };

    /// <summary>What stands against an empty worker of a template.</summary>
    internal static ImmutableArray<Reason> Against(LabletInstance instance, WorkerTemplate template) =>
        [.. Filters.AgainstKind(instance.Request, template.Kind), .. Filters.Shortages(instance, template.Declared, template.PortRange.Count, template.Declared, template.PortRange.Count)];

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

    private static string Waiting(LabletInstance instance, FleetSnapshot snapshot, ImmutableArray<WorkerVerdict> verdicts)
    {
        if (verdicts.IsEmpty)
            return "It waits: the fleet has no workers yet.";
        var coming = snapshot.Workers.Values.Count(worker => worker.IsComing && AwaitedWorker.CouldTake(worker, instance));
        return $"It waits: {(verdicts.Length == 1 ? "the one worker there is" : $"none of {Counted.Number(verdicts.Length)} workers")} {Against(verdicts)}"
            + coming switch { 0 => "", 1 => " A worker is coming, for labs that are served before it.", _ => $" {Counted.Number(coming)} workers are coming, for labs that are served before it." };
    }

    private static string WaitingFor(AwaitedWorker awaited, FleetSnapshot snapshot, ImmutableArray<WorkerVerdict> verdicts)
    {
        var others = verdicts.RemoveAll(verdict => snapshot.Workers[verdict.WorkerId].IsComing);
        return $"It waits for a worker that is coming{(awaited.Late ? "; how soon is not certain" : $": expected at {awaited.Expected:u}")}."
            + (others.IsEmpty ? "" : $" Until then {(others.Length == 1 ? "the one other worker" : $"none of {Counted.Number(others.Length)} other workers")} {Against(others)}");
    }

    /// <summary>What stands against it on all of these: in full on one, counted on several.</summary>
    private static string Against(ImmutableArray<WorkerVerdict> verdicts)
    {
        if (verdicts.Length == 1)
            return $"cannot take it. {string.Join(" ", verdicts[0].Reasons.Select(reason => reason.Code < ReasonCode.InsufficientCpu ? $"It {Cause(reason.Code, verdicts)}." : reason.Text))}";
        var causes = verdicts.SelectMany(verdict => verdict.Reasons, (verdict, reason) => (verdict, reason.Code)).GroupBy(pair => pair.Code, pair => pair.verdict)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Take(CausesTold).Select(group => $"{Counted.Number(group.Count())} {Cause(group.Key, [.. group])}");
        return $"can take it: {string.Join(", ", causes)}.";
    }

    /// <summary>What stands against it on these workers, and the most that any of them has to offer. Not in the reasons' own words, which tell of a host what not everybody who may read the lab may know.</summary>
    private static string Cause(ReasonCode code, ImmutableArray<WorkerVerdict> workers)
    {
        var (one, demand) = (workers.Length == 1, workers[0].Demand);
        return code switch
        {
            ReasonCode.WorkerNotRunning => one ? "takes no work now" : "take no work now",
            ReasonCode.WorkerDraining => one ? "is being drained" : "are being drained",
            ReasonCode.LicenseMismatch => one ? "has another licence" : "have another licence",
            ReasonCode.CmlVersion => one ? "runs another CML version" : "run another CML version",
            ReasonCode.Region => one ? "is in another region" : "are in another region",
            ReasonCode.InsufficientCpu => TooLittle("too few cores", demand.CpuCores, worker => worker.Available.CpuCores),
            ReasonCode.InsufficientMemory => TooLittle("too little memory", demand.MemoryGb, worker => worker.Available.MemoryGb, " GB"),
            ReasonCode.InsufficientStorage => TooLittle("too little storage", demand.StorageGb, worker => worker.Available.StorageGb, " GB"),
            ReasonCode.NodeLimit => TooLittle("too few licensed nodes", demand.Nodes, worker => worker.Available.Nodes),
            ReasonCode.PortsExhausted => one ? "has too few ports free" : "have too few ports free",
            _ => one ? "is kept for one that has waited longer" : "are kept for one that has waited longer",
        };

        string TooLittle(string what, int needed, Func<WorkerVerdict, int> free, string unit = "") =>
            $"{(one ? "has" : "have")} {what} free ({(one ? "" : "at the most ")}{Counted.Number(workers.Max(free))}{unit}, {Counted.Number(needed)} needed)";
    }

    /// <summary>Whether room could be made on it: what is too large for the empty worker waits there for ever.</summary>
    private static bool CouldHold(Worker worker, LabletInstance instance) => worker.Declared.Fits(instance.Demand) && worker.PortRange.Count >= instance.Request.PortNames.Length;

    internal static ImmutableArray<WayToFit> WouldFit(
        LabletInstance instance, FleetSnapshot snapshot, ImmutableArray<WorkerVerdict> verdicts, ImmutableArray<WorkerTemplate> templates)
    {
        var ways = ImmutableArray.CreateBuilder<WayToFit>();
        var nearest = verdicts.Where(verdict => verdict.Reasons.All(reason => reason.Code >= ReasonCode.InsufficientCpu) && CouldHold(snapshot.Workers[verdict.WorkerId].Value, instance))
            .MinBy(verdict => verdict.Reasons.Length);
        if (nearest is not null)
            ways.Add(new WayToFit($"Room on {nearest.WorkerId}: {Texts(nearest.Reasons)}", WorkerId: nearest.WorkerId));
        if (templates.IsDefault)
            return ways.ToImmutable();
        foreach (var template in Enabled(templates).Where(template => Against(instance, template).IsEmpty))
        {
            var workers = snapshot.Templates.GetValueOrDefault(template.Name)?.Value.Workers ?? 0;
            ways.Add(workers < template.MaxWorkers ? new WayToFit($"One more worker of template {template.Name} ({workers} of {template.MaxWorkers} exist).", Template: template.Name)
                : new WayToFit($"A higher maximum for template {template.Name}: {workers} of {template.MaxWorkers} exist.", Template: template.Name, ByAdmin: true));
        }
        if (ways.Count == 0)
            ways.Add(Missing(instance, templates));
        return ways.ToImmutable();
    }

    /// <summary>What is wanted where no enabled template takes it. Of those that come equally near the dearest is named, which is mostly the largest.</summary>
    private static WayToFit Missing(LabletInstance instance, ImmutableArray<WorkerTemplate> templates)
    {
        var closest = Enabled(templates).Reverse().Select(template => new { template.Name, Against = Against(instance, template) }).MinBy(near => near.Against.Length);
        return new WayToFit(closest is null ? "A worker template that takes it." : $"A worker template that takes it: {closest.Name} comes nearest. {Texts(closest.Against)}", Template: closest?.Name, ByAdmin: true);
    }

    /// <summary>The cheapest first.</summary>
    private static IEnumerable<WorkerTemplate> Enabled(ImmutableArray<WorkerTemplate> templates) =>
        templates.Where(template => template.Enabled).OrderBy(template => template.CostPerHour).ThenBy(template => template.Name, StringComparer.Ordinal);

    private static string Texts(ImmutableArray<Reason> reasons) => string.Join(" ", reasons.Select(reason => reason.Text));
}
