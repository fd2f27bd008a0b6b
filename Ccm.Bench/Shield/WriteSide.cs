using System.Text;
using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Etcdserverpb;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Bench.Shield;

/// <summary>Instances of one etcd change their state, over and over, by raw puts.</summary>
internal sealed class WriteSide(string name, EtcdProcess etcd) : ISide, IDisposable
{
    private const int Lanes = 16;
    private const int WritesOfLane = 500;
    private const int PacedWrites = 300;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);
    private readonly EtcdConnection _connection = new(EtcdEndpoints.Parse(etcd.Endpoint), new EtcdOptions(), TimeProvider.System, NullLogger.Instance);
    private ByteString[] _keys = [];

    /// <summary>Of each key two, that take turns: every write changes what a page shows.</summary>
    private ByteString[][] _values = [];

    private int _block;

    private KV.KVClient Keys => _connection.Members[0].Keys;

    public string Name => name;

    public EtcdProcess Etcd => etcd;

    /// <summary>One write every 10 ms, as a fleet makes them, instead of as many as etcd takes.</summary>
    public bool Paced { get; set; }

    /// <summary>Writes each instance once, so that a portal that comes later finds them.</summary>
    public async Task FillAsync(IReadOnlyList<(string Id, byte[] State)> instances)
    {
        _keys = [.. instances.Select(instance => ByteString.CopyFromUtf8(StateKeys.InstanceState(instance.Id)))];
        _values = [.. instances.Select(instance => new[] { ByteString.CopyFrom(instance.State), ByteString.CopyFromUtf8(Encoding.UTF8.GetString(instance.State).Replace("Reserved.", "Asked for", StringComparison.Ordinal)) })];
        for (var n = 0; n < _keys.Length; n++)
            await PutAsync(n);
    }

    public Task PrepareAsync() => Task.CompletedTask;

    public async Task<int> RunAsync()
    {
        _block++;
        return Paced ? await RunPacedAsync() : await RunFlatOutAsync();
    }

    /// <summary>History would make the later blocks dearer than the first.</summary>
    public async Task SettleAsync()
    {
        var newest = await Keys.RangeAsync(new RangeRequest { Key = _keys[0], CountOnly = true });
        await Keys.CompactAsync(new CompactionRequest { Revision = newest.Header.Revision, Physical = true });
    }

    public void Dispose() => _connection.Dispose();

    private async Task<int> RunPacedAsync()
    {
        using var timer = new PeriodicTimer(Pace, TimeProvider.System);
        for (var n = 0; n < PacedWrites; n++)
        {
            await timer.WaitForNextTickAsync();
            await PutAsync(n % _keys.Length);
        }
        return PacedWrites;
    }

    private async Task<int> RunFlatOutAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(async () =>
        {
            for (var n = 0; n < WritesOfLane; n++)
                await PutAsync(((lane * WritesOfLane) + n) % _keys.Length);
        })));
        return Lanes * WritesOfLane;
    }

    private async Task PutAsync(int n) =>
        await Keys.PutAsync(new PutRequest { Key = _keys[n], Value = _values[n][_block % 2] });
}
