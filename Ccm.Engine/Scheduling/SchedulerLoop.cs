using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Scheduling;

/// <summary>
/// Carries the planner's decisions out while this replica leads, a few batches at a time. Own commits are laid over the snapshot, so
/// that the next plan does not wait for the watch; a batch whose guards fail is tried again worker by worker, then lab by lab.
/// </summary>
public sealed partial class SchedulerLoop(ControlPlane control, WatchCache cache, PlanningTimes times, TimeProvider time, ILogger<SchedulerLoop> logger)
{
    /// <summary>Transactions under way at once: while the store commits one, the next is written.</summary>
    private const int BatchesAtOnce = 8;

    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private long _seen;
    private readonly Dictionary<string, InstanceEntry> _placed = [];
    private readonly Dictionary<string, WorkerEntry> _filled = [];

    public async Task RunAsync(LeaderTerm term)
    {
        Forget();
        using var subscription = cache.Subscribe();
        var pause = FirstPause;
        while (true)
        {
            var plan = Plan();
            if (plan.Batches.IsEmpty)
            {
                await subscription.NextAsync(plan.NextDue is { } due ? Clamp(due - time.GetUtcNow()) : Sweep, time, term.Over);
                continue;
            }
            if (await CarryOutAsync(term, plan))
            {
                pause = FirstPause;
                continue;
            }
            // A store that is full or away stays so for a while.
            await Task.Delay(pause, time, term.Over);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    internal PlacementPlan Plan() => PlacementPlanner.Plan(Overlaid(), time.GetUtcNow(), times, BatchesAtOnce);

    /// <summary>Whether anything was placed.</summary>
    internal async Task<bool> CarryOutAsync(LeaderTerm term, PlacementPlan plan) => (await Task.WhenAll(plan.Batches.Select(batch => PlaceAsync(term, batch)))).Any(placed => placed);

    private static TimeSpan Clamp(TimeSpan wait) => wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait > Sweep ? Sweep : wait;

    /// <summary>Whether anything was placed.</summary>
    private async Task<bool> PlaceAsync(LeaderTerm term, ImmutableArray<Placement> batch)
    {
        var together = await control.PlaceAsync(term.Fence, batch, term.Over);
        if (Remember(together))
            return true;
        if (together.IsOfStore)
            return false;
        var byWorker = batch.GroupBy(placement => placement.Worker.Id).ToArray();
        if (byWorker.Length == 1)
            return await PlaceOneByOneAsync(term, batch);
        LogSplit(batch.Length, byWorker.Length);
        var any = false;
        foreach (var onWorker in byWorker)
            any |= await PlaceAsync(term, [.. onWorker]);
        return any;
    }

    /// <summary>One lab that changes again and again must not hold up those beside it. When it was the worker that changed, the next plan knows better.</summary>
    private async Task<bool> PlaceOneByOneAsync(LeaderTerm term, ImmutableArray<Placement> onWorker)
    {
        var worker = onWorker[0].Worker;
        if (onWorker.Length == 1 || cache.Current.Workers.GetValueOrDefault(worker.Id) is not { } now || now.IsNewerThan(worker))
            return false;
        var any = false;
        foreach (var placement in onWorker)
        {
            var placed = await control.PlaceAsync(term.Fence, [placement with { Worker = worker }], term.Over);
            if (placed.IsOfStore)
                return any;
            if (!Remember(placed))
                continue;
            any = true;
            worker = placed.Workers[0];
        }
        return any;
    }

    private FleetSnapshot Overlaid()
    {
        var snapshot = cache.Current;
        // A store that was restored counts anew: what was committed before is not there.
        if (snapshot.Revision < _seen)
            Forget();
        _seen = snapshot.Revision;
        foreach (var id in _placed.Where(pair => pair.Value.ModRevision <= snapshot.Revision).Select(pair => pair.Key).ToArray())
            _placed.Remove(id);
        foreach (var id in _filled.Where(pair => pair.Value.Capacity.ModRevision <= snapshot.Revision).Select(pair => pair.Key).ToArray())
            _filled.Remove(id);
        return _placed.Count == 0 ? snapshot : snapshot.WithNewer(_placed.Values, _filled.Values);
    }

    private bool Remember(PlacedBatch placed)
    {
        lock (_lock)
        {
            foreach (var instance in placed.Instances)
                _placed[instance.Id] = instance;
            foreach (var worker in placed.Workers)
                _filled[worker.Id] = worker;
        }
        return !placed.Instances.IsEmpty;
    }

    private void Forget()
    {
        _placed.Clear();
        _filled.Clear();
    }

    [LoggerMessage(6001, LogLevel.Information, "{Count} placements met other changes and are tried on each of {Workers} workers by itself.")]
    private partial void LogSplit(int count, int workers);
}
