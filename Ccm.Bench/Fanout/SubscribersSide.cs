using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;

namespace Ccm.Bench.Fanout;

/// <summary>
/// Ours: one watch, parsed once, and every reader told of each instance that changed. What a reader has not taken yet is merged, so it
/// may take several at once; each instance changes once in a round, so that none can hide behind another.
/// </summary>
internal sealed class SubscribersSide : ISide, IAsyncDisposable
{
    private const int Instances = 2_000;
    private const int Rounds = 4;
    private const int Paced = 200;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);
    private readonly ILoggerFactory _logging;
    private readonly EtcdStateStore _store;
    private readonly WatchCache _cache;
    private readonly Changes _changes;
    private readonly CancellationTokenSource _stop = new();
    private Subscriber[] _readers = [];
    private Task _reading = Task.CompletedTask;

    private SubscribersSide(EtcdProcess etcd, Faults faults)
    {
        _logging = LoggerFactory.Create(logging => logging.AddProvider(faults));
        _store = new EtcdStateStore(etcd.Endpoint, TimeProvider.System, _logging.CreateLogger<EtcdStateStore>());
        _cache = new WatchCache(_store, TimeProvider.System, _logging.CreateLogger<WatchCache>());
        _changes = new Changes(etcd, Instances, StateKeys.InstanceState);
    }

    public string Name => "ours";

    public static async Task<SubscribersSide> StartAsync(EtcdProcess etcd, Faults faults)
    {
        var side = new SubscribersSide(etcd, faults);
        await side._changes.WriteAllAsync();
        await side._cache.StartAsync(CancellationToken.None);
        await side._cache.Ready;
        side._readers = [.. Enumerable.Range(0, FanoutBench.Readers).Select(_ => new Subscriber(side._cache.Subscribe()))];
        side._reading = Task.WhenAll(side._readers.Select(reader => Task.Run(() => reader.ReadAsync(side._stop.Token))));
        return side;
    }

    public Task PrepareAsync() => Task.CompletedTask;

    public async Task<int> RunAsync()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var all = ExpectAsync(Instances);
            await _changes.WriteAllAsync();
            await all;
        }
        return Rounds * Instances * FanoutBench.Readers;
    }

    public Task SettleAsync() => _changes.CompactAsync();

    /// <summary>The 99th percentile over all readers, ms, from sending a write to its delivery, at 100 writes a second.</summary>
    /// <param name="oneStalls">One more reader is there, which takes nothing.</param>
    public async Task<double> LatencyAsync(bool oneStalls)
    {
        using var stalled = oneStalls ? _cache.Subscribe() : null;
        var sent = new long[Paced];
        var all = ExpectAsync(Paced, sent);
        using var timer = new PeriodicTimer(Pace, TimeProvider.System);
        for (var n = 0; n < Paced; n++)
        {
            await timer.WaitForNextTickAsync();
            Volatile.Write(ref sent[n], TimeProvider.System.GetTimestamp());
            await _changes.WriteAsync(n);
        }
        await all;
        await SettleAsync();
        return new Sample(_readers.SelectMany(reader => reader.Latencies)).At(0.99);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _cache.StopAsync(CancellationToken.None);
        _cache.Dispose();
        await _store.DisposeAsync();
        _changes.Dispose();
        _logging.Dispose();
        _stop.Dispose();
    }

    /// <summary>Done once every reader has so many; a reader that failed ends it.</summary>
    private async Task ExpectAsync(int events, long[]? sent = null)
    {
        var all = Task.WhenAll(_readers.Select(reader => reader.ExpectAsync(events, sent)));
        if (await Task.WhenAny(all, _reading) == _reading)
            await _reading;
        await all;
    }
}
