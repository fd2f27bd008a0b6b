using Ccm.Bench.Schedule;
using Ccm.Bench.Servers;
using Ccm.Engine.State.Etcd;
using Etcdserverpb;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Bench.Fanout;

/// <summary>
/// Instances under a prefix of their own change, each once in a round, by raw puts: as many events as there are instances. Several in a
/// transaction, as placements are written: one put at a time would measure how fast etcd writes.
/// </summary>
internal sealed class Changes : IDisposable
{
    private const int Lanes = 8;
    private const int Together = 20;
    private readonly EtcdConnection _connection;
    private readonly ByteString[] _keys;
    private readonly ByteString[] _values;

    /// <param name="keyOf">Of an instance's id.</param>
    public Changes(EtcdProcess etcd, int count, Func<string, string> keyOf)
    {
        _connection = new EtcdConnection(EtcdEndpoints.Parse(etcd.Endpoint), new EtcdOptions(), TimeProvider.System, NullLogger.Instance);
        var instances = new BenchFleet(workers: 0, count).Instances;
        (_keys, _values) = ([.. instances.Select(lab => ByteString.CopyFromUtf8(keyOf(lab.Id)))], [.. instances.Select(lab => ByteString.CopyFrom(lab.State))]);
    }

    public int Count => _keys.Length;

    public EtcdMember Member => _connection.Members[0];

    /// <summary>All of them once, as fast as etcd takes them.</summary>
    public Task WriteAllAsync() => Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(async () =>
    {
        for (var first = lane * Together; first < Count; first += Lanes * Together)
        {
            var request = new TxnRequest();
            for (var n = first; n < Math.Min(Count, first + Together); n++)
                request.Success.Add(new RequestOp { RequestPut = new PutRequest { Key = _keys[n], Value = _values[n] } });
            await Member.Keys.TxnAsync(request);
        }
    })));

    public async Task WriteAsync(int n) => await Member.Keys.PutAsync(new PutRequest { Key = _keys[n], Value = _values[n] });

    /// <summary>History would make the later blocks dearer than the first.</summary>
    public async Task CompactAsync()
    {
        var newest = await Member.Keys.RangeAsync(new RangeRequest { Key = _keys[0], CountOnly = true });
        await Member.Keys.CompactAsync(new CompactionRequest { Revision = newest.Header.Revision, Physical = true });
    }

    public void Dispose() => _connection.Dispose();
}
