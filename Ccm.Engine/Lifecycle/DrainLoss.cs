using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Lifecycle;

/// <summary>What the fleet has to give out less while workers are drained, and afterwards until they are started again, if they ever are. Those that take no work as it is cost it nothing.</summary>
/// <param name="Lost">All that they declare: what is free on them is given to nobody, and what comes free neither.</param>
/// <param name="Fleet">All workers that take work, with these.</param>
/// <param name="Templates">By name.</param>
/// <param name="ForGood">Of these at least one is given back once it is empty, and never started again.</param>
public sealed record DrainLoss(Capacity Lost, Capacity Fleet, ImmutableArray<TemplateLoss> Templates, bool ForGood)
{
    public static DrainLoss Of(IReadOnlyCollection<WorkerEntry> drained, FleetSnapshot snapshot)
    {
        var lost = drained.Where(worker => worker.TakesWork || worker.Value.State == WorkerState.Draining).ToList();
        var ids = drained.Select(worker => worker.Id).ToHashSet(StringComparer.Ordinal);
        var all = snapshot.Workers.Values.Where(worker => worker.TakesWork && !ids.Contains(worker.Id)).Concat(lost).ToList();
        return new DrainLoss(Sum(lost), Sum(all),
            [.. lost.GroupBy(worker => worker.Value.Template).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => new TemplateLoss(group.Key, group.Count(), all.Count(worker => worker.Value.Template == group.Key)))],
            lost.Exists(worker => worker.Value.Target == WorkerTarget.Terminated));
    }

    private static Capacity Sum(IEnumerable<WorkerEntry> workers) => workers.Aggregate(Capacity.None, (sum, worker) => sum + worker.Value.Declared);
}

/// <param name="Lost">Workers that are drained.</param>
/// <param name="All">Its workers that take work, with these.</param>
public sealed record TemplateLoss(string Template, int Lost, int All);
