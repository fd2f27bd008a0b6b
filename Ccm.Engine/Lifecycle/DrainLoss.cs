using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Lifecycle;

/// <summary>What the fleet has to give out less while workers are drained, and until they are started again.</summary>
/// <param name="Lost">All that they declare: what is free on them is given to nobody, and what comes free neither.</param>
/// <param name="Fleet">All workers that take work, with these.</param>
/// <param name="Templates">By name.</param>
public sealed record DrainLoss(Capacity Lost, Capacity Fleet, ImmutableArray<TemplateLoss> Templates)
{
    public static DrainLoss Of(IReadOnlyCollection<WorkerEntry> drained, FleetSnapshot snapshot)
    {
        var ids = drained.Select(worker => worker.Id).ToHashSet(StringComparer.Ordinal);
        var all = snapshot.Workers.Values.Where(worker => worker.TakesWork && !ids.Contains(worker.Id)).Concat(drained).ToList();
        return new DrainLoss(Sum(drained), Sum(all),
            [.. drained.GroupBy(worker => worker.Value.Template).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => new TemplateLoss(group.Key, group.Count(), all.Count(worker => worker.Value.Template == group.Key)))]);
    }

    private static Capacity Sum(IEnumerable<WorkerEntry> workers) => workers.Aggregate(Capacity.None, (sum, worker) => sum + worker.Value.Declared);
}

/// <param name="Lost">Workers that are drained.</param>
/// <param name="All">Its workers that take work, with these.</param>
public sealed record TemplateLoss(string Template, int Lost, int All);
