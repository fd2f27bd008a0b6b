using System.Collections.Concurrent;
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

    /// <summary>Of the instances on one host: acts on one that hangs wait for a minute each, and the others must not wait with them.</summary>
    private const int PerHost = 3;

    /// <summary>Of the looks at workers that are silent, all together: each waits until its host should have answered, and half of the loop is left for the others.</summary>
    private const int OfSilent = Workers / 2;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(0.5);

    /// <summary>After a lost race: the next one is most likely won.</summary>
    private static readonly TimeSpan FirstRace = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRace = TimeSpan.FromSeconds(1);

    /// <summary>For a store: it is back for everything at once.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);

    /// <summary>How long each key that did not get on was left alone last.</summary>
    private readonly ConcurrentDictionary<string, TimeSpan> _pauses = new(StringComparer.Ordinal);

    /// <summary>What ends one part by a fault ends all, so that the term is begun anew and the fault is told.</summary>
    public async Task RunAsync(LeaderTerm leading)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(leading.Over);
        var term = leading with { Over = over.Token };
        _pauses.Clear();
        using var queue = new KeyQueue(time, LaneOf);
        using var subscription = cache.Subscribe();
        foreach (var key in KeysOf(subscription.Start))
            queue.Add(key);
        Task[] parts = [FeedAsync(queue, subscription, term), LookAgainAsync(queue, term), SweepAsync(term), .. Enumerable.Range(0, Workers).Select(_ => WorkAsync(queue, term))];
        await Task.WhenAny(parts);
        await over.CancelAsync();
        await Task.WhenAll(parts);
    }

    private static async Task FeedAsync(KeyQueue queue, FleetSubscription subscription, LeaderTerm term)
    {
        while (true)
        {
            foreach (var key in KeysOf(await subscription.NextAsync(term.Over)))
                queue.Add(key);
        }
    }

    /// <summary>What has to be looked at again after a change: what changed, and whatever is on a worker whose state did.</summary>
    internal static IEnumerable<string> KeysOf(FleetChange change)
    {
        if (change.IsResync)
            return KeysOf(change.After);
        var moved = change.Workers.Where(id => change.Before.Workers.GetValueOrDefault(id)?.State != change.After.Workers.GetValueOrDefault(id)?.State);
        return change.Instances.Concat(moved.SelectMany(change.After.On).Select(instance => instance.Id)).Select(Subjects.Instance).Concat(change.Workers.Select(Subjects.Worker));
    }

    /// <summary>All that has not ended.</summary>
    internal static IEnumerable<string> KeysOf(FleetSnapshot snapshot) =>
        snapshot.Workers.Values.Where(worker => worker.Value.State != WorkerState.Terminated).Select(worker => Subjects.Worker(worker.Id))
            .Concat(snapshot.Instances.Values.Where(instance => instance.Value.State != InstanceState.Terminated).Select(instance => Subjects.Instance(instance.Id)));

    /// <summary>The net under the watch, which waits for no host.</summary>
    private async Task LookAgainAsync(KeyQueue queue, LeaderTerm term)
    {
        while (true)
        {
            await Task.Delay(options.Value.SweepEvery, time, term.Over);
            foreach (var key in KeysOf(cache.Current))
                queue.Add(key);
        }
    }

    private async Task SweepAsync(LeaderTerm term)
    {
        while (true)
        {
            await Task.Delay(options.Value.SweepEvery, time, term.Over);
            await SweepOnceAsync(term);
        }
    }

    internal async Task SweepOnceAsync(LeaderTerm term)
    {
        await hostSweep.SweepAsync(term);
        await retention.SweepAsync(term);
        await documents.SweepAsync(term);
    }

    private async Task WorkAsync(KeyQueue queue, LeaderTerm term)
    {
        while (true)
        {
            var key = await queue.TakeAsync(term.Over);
            queue.Done(key, await LookAsync(term, key));
        }
    }

    /// <summary>One step of what a key names; if it does not get on, a pause that grows until it does.</summary>
    /// <returns>How long until it must be looked at again, whatever happens; null: when something changes.</returns>
    internal async Task<TimeSpan?> LookAsync(LeaderTerm term, string key)
    {
        try
        {
            var before = RevisionOf(key);
            var again = await StepAsync(term, key);
            // There was something to do and it stands where it stood: others were faster, or its guards never hold.
            if (again == TimeSpan.Zero && RevisionOf(key) == before)
                return Pause(key, FirstRace, LongestRace);
            _pauses.TryRemove(key, out _);
            return again;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !term.Over.IsCancellationRequested)
        {
            var ofStore = exception is StateStoreUnavailableException or RefusedException { Kind: RefusalKind.Unavailable };
            if (ofStore)
                LogWaits(key, exception.Message);
            else
                LogFailed(key, exception);
            return Pause(key, FirstBackoff, ofStore ? LongestWait : LongestBackoff);
        }
    }

    /// <summary>One step of what a key names.</summary>
    /// <returns>How long until it must be looked at again, whatever happens; null: when something changes.</returns>
    internal Task<TimeSpan?> StepAsync(LeaderTerm term, string key) => key.Split('/') switch
    {
        ["instances", var id] => instances.ReconcileAsync(term, id),
        ["workers", var id] => workers.ReconcileAsync(term, id),
        _ => Task.FromResult<TimeSpan?>(null),
    };

    private TimeSpan Pause(string key, TimeSpan first, TimeSpan longest) =>
        _pauses.AddOrUpdate(key, first, (_, last) => TimeSpan.FromTicks(Math.Clamp(last.Ticks * 2, first.Ticks, longest.Ticks)));

    /// <summary>
    /// An instance's is the host that its step may wait for. A worker's own look has none, since there is one at a time and it is what finds
    /// out that the host is silent; from then on it shares one with those of all that are.
    /// </summary>
    private Lane? LaneOf(string key) => key.Split('/') switch
    {
        ["instances", var id] when cache.Current.Instances.GetValueOrDefault(id)?.WorkerId is { } host => new Lane(host, PerHost),
        ["workers", var id] when cache.Current.Workers.GetValueOrDefault(id)?.Value.UnreachableSince is not null => new Lane("", OfSilent),
        _ => null,
    };

    private long? RevisionOf(string key) => key.Split('/') switch
    {
        ["instances", var id] => cache.Current.Instances.GetValueOrDefault(id)?.ModRevision,
        ["workers", var id] => cache.Current.Workers.GetValueOrDefault(id)?.State.ModRevision,
        _ => null,
    };

    [LoggerMessage(7201, LogLevel.Error, "{Key} could not be taken further and is tried again.")]
    private partial void LogFailed(string key, Exception exception);

    [LoggerMessage(7202, LogLevel.Warning, "{Key} waits for a store: {Reason}")]
    private partial void LogWaits(string key, string reason);
}
