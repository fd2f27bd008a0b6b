using System.Text;
using System.Text.Json;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;

namespace Ccm.Bench.Failover;

/// <summary>When a takeover was heard of, in ms after it was first awaited: the old leader's key gone, the new one's there, a lab placed.</summary>
internal sealed record Takeover(double Gone, double Led, double Placed);

/// <summary>Looks at etcd from outside: when another leader came, when its first lab was placed, and whether a lab was ever given to a second worker.</summary>
internal sealed class TakeoverWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, string> _workers = [];
    private readonly Task _reading;
    private readonly Lock _lock = new();
    private TaskCompletionSource<Takeover>? _awaited;
    private Takeover _heard = new(0, 0, 0);
    private long _since;

    private TakeoverWatch(EtcdStateStore store, long fromRevision) => _reading = ReadAsync(store, fromRevision);

    /// <summary>Labs that went from one worker to another without having been given back.</summary>
    public int DoubleAssigned { get; private set; }

    public static async Task<TakeoverWatch> StartAsync(EtcdStateStore store) => new(store, (await store.ListAsync("/ccm/", 0, CancellationToken.None)).Revision + 1);

    /// <summary>Completes when the first placement of the next leader is heard of.</summary>
    public Task<Takeover> NextAsync()
    {
        lock (_lock)
        {
            (_awaited, _heard, _since) = (new TaskCompletionSource<Takeover>(TaskCreationOptions.RunContinuationsAsynchronously), new Takeover(0, 0, 0), TimeProvider.System.GetTimestamp());
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
            lock (_lock)
            {
                var now = TimeProvider.System.GetElapsedTime(_since).TotalMilliseconds;
                foreach (var change in batch.Events)
                    Take(change, now);
            }
        }
    }

    private void Take(StateEvent change, double now)
    {
        if (change.Key == StateKeys.SchedulerLeader)
            _heard = change.Entry is null ? _heard with { Gone = now } : _heard with { Led = now };
        if (change.Key.Split('/') is not ["", "ccm", "instances", var id, var part])
            return;
        if (part == "worker")
            TakeWorker(id, change.Entry is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : "");
        else if (change.Entry is { } entry)
            TakeState(entry, now);
    }

    private void TakeState(StateEntry entry, double now)
    {
        if (_awaited is not { Task.IsCompleted: false } awaited || _heard.Led == 0)
            return;
        using var value = JsonDocument.Parse(entry.Value);
        if (value.RootElement.GetProperty("state").GetString() == "SCHEDULED")
            awaited.SetResult(_heard with { Placed = now });
    }

    private void TakeWorker(string id, string worker)
    {
        if (worker.Length > 0 && _workers.TryGetValue(id, out var had) && had.Length > 0 && had != worker)
            DoubleAssigned++;
        _workers[id] = worker;
    }
}
