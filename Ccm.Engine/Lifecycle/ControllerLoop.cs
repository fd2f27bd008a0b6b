using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Leadership;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ccm.Engine.Lifecycle;

/// <summary>
/// Keeps every instance and worker walking while this replica leads. A change only says which key to look at again; a sweep is the net
/// under the watch.
/// </summary>
internal sealed partial class ControllerLoop(
    WatchCache cache, InstanceReconciler instances, WorkerReconciler workers, HostSweep hostSweep, Retention retention, DocumentSweep documents,
    IOptions<LifecycleOptions> options, TimeProvider time, ILogger<ControllerLoop> logger)
{
    private const int Workers = 16;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);

    public async Task RunAsync(LeaderTerm term)
    {
        using var queue = new KeyQueue(time);
        using var subscription = cache.Subscribe();
        EnqueueAll(queue, subscription.Start);
        var work = Enumerable.Range(0, Workers).Select(_ => WorkAsync(queue, term)).ToArray();
        await Task.WhenAll([FeedAsync(queue, subscription, term), SweepAsync(queue, term), .. work]);
    }

    private static async Task FeedAsync(KeyQueue queue, FleetSubscription subscription, LeaderTerm term)
    {
        while (true)
        {
            var change = await subscription.NextAsync(term.Over);
            if (change.IsResync)
            {
                EnqueueAll(queue, change.After);
                continue;
            }
            foreach (var id in change.Instances)
                queue.Add(Subjects.Instance(id));
            foreach (var id in change.Workers)
            {
                queue.Add(Subjects.Worker(id));
                if (change.Before.Workers.GetValueOrDefault(id)?.State != change.After.Workers.GetValueOrDefault(id)?.State)
                {
                    foreach (var instance in change.After.On(id))
                        queue.Add(Subjects.Instance(instance.Id));
                }
            }
        }
    }

    private async Task SweepAsync(KeyQueue queue, LeaderTerm term)
    {
        while (true)
        {
            await Task.Delay(options.Value.Sweep, time, term.Over);
            EnqueueAll(queue, cache.Current);
            await hostSweep.SweepAsync(term);
            await retention.SweepAsync(term);
            await documents.SweepAsync(term);
        }
    }

    private async Task WorkAsync(KeyQueue queue, LeaderTerm term)
    {
        var backoff = new Dictionary<string, TimeSpan>();
        while (true)
        {
            var key = await queue.TakeAsync(term.Over);
            TimeSpan? again;
            try
            {
                again = key.Split('/') switch
                {
                    ["instances", var id] => await instances.ReconcileAsync(term, id),
                    ["workers", var id] => await workers.ReconcileAsync(term, id),
                    _ => null,
                };
                backoff.Remove(key);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !term.Over.IsCancellationRequested)
            {
                var pause = backoff.TryGetValue(key, out var last) ? TimeSpan.FromTicks(Math.Min(last.Ticks * 2, LongestBackoff.Ticks)) : FirstBackoff;
                backoff[key] = pause;
                again = pause;
                if (exception is StateStoreUnavailableException or RefusedException { Kind: RefusalKind.Unavailable })
                    LogWaits(key, exception.Message);
                else
                    LogFailed(key, exception);
            }
            queue.Done(key, again);
        }
    }

    private static void EnqueueAll(KeyQueue queue, FleetSnapshot snapshot)
    {
        foreach (var worker in snapshot.Workers.Values.Where(worker => worker.Value.State != WorkerState.Terminated))
            queue.Add(Subjects.Worker(worker.Id));
        foreach (var instance in snapshot.Instances.Values.Where(instance => instance.Value.State != InstanceState.Terminated))
            queue.Add(Subjects.Instance(instance.Id));
    }

    [LoggerMessage(7201, LogLevel.Error, "{Key} could not be taken further and is tried again.")]
    private partial void LogFailed(string key, Exception exception);

    [LoggerMessage(7202, LogLevel.Warning, "{Key} waits for a store: {Reason}")]
    private partial void LogWaits(string key, string reason);
}
