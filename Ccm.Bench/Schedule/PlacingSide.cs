using System.Collections.Immutable;
using Ccm.Bench.Measuring;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Bench.Schedule;

/// <summary>
/// Ours: labs wait in etcd, the scheduler's own loop begins, and the clock stops when the watch has shown the last of them SCHEDULED.
/// The audit relay runs all the time.
/// </summary>
internal sealed class PlacingSide(BenchFleet fleet, SchedulerParts parts) : ISide
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private (CancellationTokenSource Over, Task Loop) _running;

    public string Name => "ours";

    /// <summary>By which etcd is told to forget history, so that it does not grow with the length of the run.</summary>
    public RawKeys? Raw { get; set; }

    /// <summary>Seconds from the end of each block until the relay had emptied the outbox.</summary>
    public List<double> RelayLag { get; } = [];

    /// <summary>Puts every lab back to PENDING and gives its place back.</summary>
    public async Task PrepareAsync()
    {
        var touched = parts.Cache.Current;
        var puts = fleet.Workers.Where(worker => touched.Workers.GetValueOrDefault(worker.Id) is not { } known || known.Capacity.ModRevision > parts.FleetRevision)
            .SelectMany(worker => new[] { worker.State, worker.Capacity, worker.Ports }).ToArray();
        await parts.WriteAsync(puts, []);
        foreach (var chunk in fleet.Instances.Chunk(StateLimits.Operations / 2))
            await parts.WriteAsync([.. chunk.Select(lab => new StatePut(StateKeys.InstanceState(lab.Id), lab.State))], [.. chunk.Select(lab => StateKeys.InstanceWorker(lab.Id))]);
        parts.FleetRevision = await parts.CaughtUpAsync();
    }

    public async Task<int> RunAsync()
    {
        var over = new CancellationTokenSource(Patience, TimeProvider.System);
        using var subscription = parts.Cache.Subscribe();
        var loop = Task.Run(() => parts.Loop.RunAsync(new LeaderTerm(parts.Fence, TimeProvider.System.GetUtcNow(), parts.Lease, over.Token)), CancellationToken.None);
        var snapshot = subscription.Start;
        while (Scheduled(snapshot) < fleet.Instances.Length)
        {
            var next = subscription.NextAsync(over.Token);
            if (await Task.WhenAny(next, loop) == loop)
                throw new BenchException($"The scheduler ended with {Scheduled(snapshot)} of {fleet.Instances.Length} placed: {loop.Exception?.GetBaseException().Message ?? "too slow"}");
            snapshot = (await next).After;
        }
        _running = (over, loop);
        return fleet.Instances.Length;
    }

    public async Task SettleAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        await EndAsync();
        using var subscription = parts.Cache.Subscribe();
        using var late = new CancellationTokenSource(Patience, TimeProvider.System);
        var snapshot = subscription.Start;
        while (!snapshot.Outbox.IsEmpty)
            snapshot = (await subscription.NextAsync(late.Token)).After;
        RelayLag.Add(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        if (Raw is not null)
            await Raw.CompactAsync(parts.Cache.Current.Revision);
    }

    /// <summary>The transaction by which the scheduler would place the first <paramref name="labs"/> that wait; nothing is committed.</summary>
    public async Task<StateTransaction> ShapeAsync(int labs)
    {
        var recorder = new RecordingStore();
        var plan = PlacementPlanner.Plan(parts.Cache.Current, TimeProvider.System.GetUtcNow(), SchedulerParts.Times);
        await parts.NewControl(recorder).PlaceAsync(parts.Fence, [.. plan.Placements.Take(labs)], CancellationToken.None);
        return recorder.Last!;
    }

    /// <summary>Ends the scheduler, whose last commit may be answered a moment after the watch has told of it.</summary>
    private async Task EndAsync()
    {
        var (over, loop) = _running;
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        await over.CancelAsync();
        await loop.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        over.Dispose();
    }

    private static int Scheduled(FleetSnapshot snapshot) => snapshot.InstancesByState.TryGetValue(InstanceState.Scheduled, out var ids) ? ids.Count : 0;
}
