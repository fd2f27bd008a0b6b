using System.Text;
using System.Text.Json;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;

namespace Ccm.Bench.Failover;

/// <summary>Looks at etcd from outside: when another leader came, when its first lab was placed, and whether a lab was ever given to a second worker.</summary>
internal sealed class TakeoverWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, string> _workers = [];
    private readonly Task _reading;
    private readonly Lock _lock = new();
    private TaskCompletionSource<long>? _awaited;
    private long _term;

    private TakeoverWatch(EtcdStateStore store, long fromRevision) => _reading = ReadAsync(store, fromRevision);

    /// <summary>Labs that went from one worker to another without having been given back.</summary>
    public int DoubleAssigned { get; private set; }

    public static async Task<TakeoverWatch> StartAsync(EtcdStateStore store) => new(store, (await store.ListAsync("/ccm/", 0, CancellationToken.None)).Revision + 1);

    /// <summary>Completes with the time stamp at which the first placement of the next leader was heard of.</summary>
    public Task<long> NextAsync()
    {
        lock (_lock)
        {
            (_awaited, _term) = (new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously), 0);
            return _awaited.Task;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReadAsync(EtcdStateStore store, long fromRevision)
    {
        await foreach (var batch in store.WatchAsync("/ccm/", fromRevision, _stop.Token))
        {
            var now = TimeProvider.System.GetTimestamp();
            lock (_lock)
            {
                foreach (var change in batch.Events)
                    Take(change, batch.Revision, now);
            }
        }
    }

    private void Take(StateEvent change, long revision, long now)
    {
        if (change.Key == StateKeys.SchedulerLeader && change.Entry is not null)
            _term = revision;
        if (change.Key.Split('/') is not ["", "ccm", "instances", var id, var part])
            return;
        if (part == "worker")
            TakeWorker(id, change.Entry is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : "");
        else if (change.Entry is { } state && _term > 0 && _awaited is { Task.IsCompleted: false } awaited && IsScheduled(state))
            awaited.SetResult(now);
    }

    private void TakeWorker(string id, string worker)
    {
        if (worker.Length > 0 && _workers.TryGetValue(id, out var had) && had.Length > 0 && had != worker)
            DoubleAssigned++;
        _workers[id] = worker;
    }

    private static bool IsScheduled(StateEntry entry)
    {
        using var value = JsonDocument.Parse(entry.Value);
        return value.RootElement.GetProperty("state").GetString() == "SCHEDULED";
    }
}
