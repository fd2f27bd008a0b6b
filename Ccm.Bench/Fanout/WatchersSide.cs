using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Ccm.Bench.Fanout;

/// <summary>Watches of etcd itself, a hundred on a stream as its own benchmark has them; what arrives is counted and not even parsed.</summary>
internal sealed class WatchersSide(EtcdProcess etcd) : ISide, IDisposable
{
    private const int Instances = 200;
    private const int Streams = 10;
    private const string Prefix = "/raw/";
    private static readonly ByteString AfterPrefix = ByteString.CopyFromUtf8("/raw0");
    private readonly Changes _changes = new(etcd, Instances, id => Prefix + id);
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _all = new();
    private Task _reading = Task.CompletedTask;
    private long _left;

    public string Name => $"{FanoutBench.Readers} watchers";

    /// <summary>Returns once etcd has made every watch.</summary>
    public async Task WatchAsync()
    {
        var created = Enumerable.Range(0, Streams).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        _reading = Task.WhenAll(created.Select(one => Task.Run(() => ReadAsync(one))));
        if (await Task.WhenAny(Task.WhenAll(created.Select(one => one.Task)), _reading) == _reading)
            await _reading;
    }

    public Task PrepareAsync() => Task.CompletedTask;

    public async Task<int> RunAsync()
    {
        _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _left, (long)Instances * FanoutBench.Readers);
        await _changes.WriteAllAsync();
        if (await Task.WhenAny(_all.Task, _reading) == _reading)
            await _reading;
        return Instances * FanoutBench.Readers;
    }

    public Task SettleAsync() => _changes.CompactAsync();

    public void Dispose()
    {
        _stop.Cancel();
        _changes.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync(TaskCompletionSource created)
    {
        using var call = _changes.Member.Watches.Watch(new CallOptions(cancellationToken: _stop.Token));
        var missing = FanoutBench.Readers / Streams;
        for (var n = 0; n < FanoutBench.Readers / Streams; n++)
            await call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = ByteString.CopyFromUtf8(Prefix), RangeEnd = AfterPrefix } });
        while (await call.ResponseStream.MoveNext(_stop.Token))
        {
            var response = call.ResponseStream.Current;
            if (response.Canceled)
                throw new BenchException($"etcd cancelled a watch: {response.CancelReason}");
            if (response.Created && --missing == 0)
                created.SetResult();
            if (response.Events.Count > 0 && Interlocked.Add(ref _left, -response.Events.Count) == 0)
                _all.TrySetResult();
        }
    }
}
