using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Bench.Schedule;

/// <summary>
/// Labs and workers as bare keys beside CCM's own, with values of the same sizes, written by the same client library: what the server and
/// the wire allow when nothing has to be decided, read or written as JSON.
/// </summary>
internal sealed class RawKeys : IDisposable
{
    public const int Labs = 4096;
    public const int Workers = 192;
    private const string Root = "/bench/";
    private readonly EtcdConnection _connection;
    private readonly ByteString _lab, _worker, _capacity, _ports, _oneEvent, _manyEvents;
    private readonly ByteString[] _labKeys = Keys(Labs, n => $"instances/i-{n:x16}/state");
    private readonly ByteString[] _labWorkerKeys = Keys(Labs, n => $"instances/i-{n:x16}/worker");
    private readonly ByteString[] _workerKeys = Keys(Workers, n => $"workers/w-{n:x16}/state");
    private readonly ByteString[] _capacityKeys = Keys(Workers, n => $"workers/w-{n:x16}/capacity");
    private readonly ByteString[] _portsKeys = Keys(Workers, n => $"workers/w-{n:x16}/ports");
    private readonly ByteString _leader = ByteString.CopyFromUtf8($"{Root}leader");

    /// <summary>The revision of each key's last change; of a worker's capacity and ports, which change together.</summary>
    private readonly long[] _labRevisions = new long[Labs], _workerRevisions = new long[Workers], _roomRevisions = new long[Workers];
    private long _term, _operations, _newest;

    /// <param name="one">Of one placement, as ours.</param>
    /// <param name="many">Of a full batch.</param>
    public RawKeys(string endpoint, StateTransaction one, StateTransaction many)
    {
        _connection = new EtcdConnection(EtcdEndpoints.Parse(endpoint), new EtcdOptions(), TimeProvider.System, NullLogger.Instance);
        _lab = ValueOf(one, "/ccm/instances/", "/state");
        _worker = ValueOf(one, "/ccm/instances/", "/worker");
        _capacity = ValueOf(one, "/ccm/workers/", "/capacity");
        _ports = ValueOf(one, "/ccm/workers/", "/ports");
        _oneEvent = ValueOf(one, "/ccm/outbox/", "");
        _manyEvents = ValueOf(many, "/ccm/outbox/", "");
    }

    private static Metadata NeedsLeader { get; } = new() { { "hasleader", "true" } };

    private KV.KVClient Calls => _connection.Members[0].Keys;

    public int OutboxBytes(bool many) => (many ? _manyEvents : _oneEvent).Length;

    public async Task FillAsync()
    {
        _term = (await SendAsync(new TxnRequest { Success = { Put(_leader, _worker) } })).Header.Revision;
        for (var n = 0; n < Labs; n++)
            _labRevisions[n] = (await SendAsync(new TxnRequest { Success = { Put(_labKeys[n], _lab) } })).Header.Revision;
        for (var n = 0; n < Workers; n++)
        {
            var written = await SendAsync(new TxnRequest { Success = { Put(_workerKeys[n], _lab), Put(_capacityKeys[n], _capacity), Put(_portsKeys[n], _ports) } });
            _workerRevisions[n] = _roomRevisions[n] = written.Header.Revision;
        }
    }

    /// <summary>One transaction: a term's fence, each lab's state, each worker's state, capacity and ports guarded; all but workers' states written.</summary>
    /// <exception cref="BenchException">A guard failed.</exception>
    public async Task PlaceAsync(ReadOnlyMemory<int> labs, ReadOnlyMemory<int> workers)
    {
        var request = new TxnRequest { Compare = { new Compare { Key = _leader, Target = Compare.Types.CompareTarget.Create, CreateRevision = _term } } };
        foreach (var lab in labs.Span)
        {
            request.Compare.Add(Unchanged(_labKeys[lab], _labRevisions[lab]));
            request.Success.Add([Put(_labKeys[lab], _lab), Put(_labWorkerKeys[lab], _worker)]);
        }
        foreach (var worker in workers.Span)
        {
            request.Compare.Add([Unchanged(_workerKeys[worker], _workerRevisions[worker]),
                Unchanged(_capacityKeys[worker], _roomRevisions[worker]), Unchanged(_portsKeys[worker], _roomRevisions[worker])]);
            request.Success.Add([Put(_capacityKeys[worker], _capacity), Put(_portsKeys[worker], _ports)]);
        }
        request.Success.Add(Put(ByteString.CopyFromUtf8($"{Root}outbox/{Interlocked.Increment(ref _operations):x32}"), labs.Length > 1 ? _manyEvents : _oneEvent));
        var answer = await SendAsync(request);
        foreach (var lab in labs.Span)
            _labRevisions[lab] = answer.Header.Revision;
        foreach (var worker in workers.Span)
            _roomRevisions[worker] = answer.Header.Revision;
    }

    /// <summary>Empties the outbox and forgets history up to now; done when it returns.</summary>
    public async Task CleanAsync()
    {
        var (from, until) = EtcdKeys.Prefix($"{Root}outbox/");
        await SendAsync(new TxnRequest { Success = { new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = from, RangeEnd = until } } } });
        await CompactAsync(_newest);
    }

    public async Task CompactAsync(long revision) =>
        await Calls.CompactAsync(new CompactionRequest { Revision = revision, Physical = true }, NeedsLeader);

    public void Dispose() => _connection.Dispose();

    private async Task<TxnResponse> SendAsync(TxnRequest request)
    {
        var answer = await Calls.TxnAsync(request, new CallOptions(NeedsLeader));
        if (!answer.Succeeded)
            throw new BenchException("A guard of a raw transaction failed: the bench counts revisions wrongly.");
        _newest = Math.Max(_newest, answer.Header.Revision);
        return answer;
    }

    private static ByteString[] Keys(int count, Func<int, string> name) => [.. Enumerable.Range(0, count).Select(n => ByteString.CopyFromUtf8(Root + name(n)))];

    private static ByteString ValueOf(StateTransaction transaction, string start, string end) => ByteString.CopyFrom(
        transaction.Puts.First(put => put.Key.StartsWith(start, StringComparison.Ordinal) && put.Key.EndsWith(end, StringComparison.Ordinal)).Value.Span);

    private static RequestOp Put(ByteString key, ByteString value) => new() { RequestPut = new PutRequest { Key = key, Value = value } };

    private static Compare Unchanged(ByteString key, long revision) => new() { Key = key, Target = Compare.Types.CompareTarget.Mod, ModRevision = revision };
}
