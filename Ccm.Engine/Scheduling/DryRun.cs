using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <summary>Where one of a lab would go that nobody has reserved; by the filters that the planner decides with.</summary>
/// <param name="Workers">All that are not TERMINATED, by id.</param>
/// <param name="Templates">The enabled ones, the cheapest first.</param>
public sealed record DryRun(ImmutableArray<WorkerVerdict> Workers, ImmutableArray<TemplateVerdict> Templates)
{
    /// <summary>Workers that would take it now.</summary>
    public int Now => Workers.Count(worker => worker.Fits);

    /// <summary>Workers that would take it once the fleet has grown as far as its templates allow.</summary>
    public int Grown => Now + Templates.Where(template => template.Reasons.IsEmpty).Sum(template => template.CouldMake);

    public static DryRun Of(FleetSnapshot snapshot, LabRequest request, ImmutableArray<WorkerTemplate> templates, DateTimeOffset now, PlanningTimes times)
    {
        var instance = MadeUp(request, now);
        var kept = PlacementPlanner.Plan(snapshot, now, times).Kept?.WorkerId;
        return new DryRun(
            [.. snapshot.Workers.Values.Where(worker => worker.Value.State != WorkerState.Terminated).OrderBy(worker => worker.Id, StringComparer.Ordinal)
                .Select(worker => PlacementExplainer.Verdict(instance, worker)).Select(verdict => verdict.WorkerId == kept ? PlacementExplainer.Keep(verdict) : verdict)],
            [.. templates.Where(template => template.Enabled).OrderBy(template => template.CostPerHour).ThenBy(template => template.Name, StringComparer.Ordinal)
                .Select(template => new TemplateVerdict(template.Name, Math.Max(0, template.MaxWorkers - (snapshot.Templates.GetValueOrDefault(template.Name)?.Value.Workers ?? 0)), template.CostPerHour,
                    PlacementExplainer.Against(instance, template)))]);
    }

    /// <summary>Whether an empty worker of a template would take it.</summary>
    public static bool Takes(WorkerTemplate template, LabRequest request) => PlacementExplainer.Against(MadeUp(request, default), template).IsEmpty;

    /// <summary>What would make one fit, were all workers full.</summary>
    public static ImmutableArray<WayToFit> WouldFit(FleetSnapshot snapshot, LabRequest request, ImmutableArray<WorkerTemplate> templates) =>
        PlacementExplainer.WouldFit(MadeUp(request, default), snapshot, [], templates);

    private static LabletInstance MadeUp(LabRequest request, DateTimeOffset now) => new()
    {
        Id = "i-dry-run", State = InstanceState.Pending, DefinitionId = "dry-run", Version = "1.0.0", OwnerId = "dry-run", AsSoonAsPossible = true, DurationMinutes = 1,
        Request = request,
        LastTransition = new Transition<InstanceState>(null, InstanceState.Pending, now, "dry-run", "Made up."),
        CreatedAt = now, CreatedBy = "dry-run", OperationId = "dry-run",
    };
}

/// <param name="CouldMake">Workers below its maximum.</param>
/// <param name="CostPerHour">Of one.</param>
/// <param name="Reasons">What stands against an empty worker of it; none: it would take the lab.</param>
public sealed record TemplateVerdict(string Template, int CouldMake, decimal CostPerHour, ImmutableArray<Reason> Reasons);
