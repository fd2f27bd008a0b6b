using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.State.Etcd;

/// <summary>
/// The state store on etcd 3.5 or newer. Only this folder knows the client library: its retries, its shared watch stream and its
/// keep-alive do not meet the contract, so the calls here are the plain ones.
/// </summary>
public sealed class EtcdStateStore : IStateStore
{
    private const int PageOfMany = 1000;

    /// <summary>Even of the largest values so many fit into one answer.</summary>
    private const int PageOfLarge = 32;

    private readonly EtcdConnection _connection;
    private readonly EtcdHistory _history;
    private readonly ILogger _logger;
    private ulong _listedCluster;

    /// <param name="endpoints">Comma-separated <c>host:port</c> or URLs, as in <c>ConnectionStrings:etcd</c>. Nothing is sent before the first call.</param>
    /// <exception cref="ArgumentException">Not so.</exception>
    public EtcdStateStore(string endpoints, TimeProvider time, ILogger<EtcdStateStore> logger)
    {
        _connection = new EtcdConnection(EtcdEndpoints.Parse(endpoints), time, logger);
        _history = new EtcdHistory(_connection);
        _logger = logger;
    }

    public string Kind => "etcd";

    public async Task<StateEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var response = await RangeAsync(new RangeRequest { Key = EtcdKeys.Of(key) }, cancellationToken);
        return response.Kvs.Count == 0 ? null : EtcdKeys.Entry(response.Kvs[0]);
    }

    public async Task<StateList> ListAsync(string prefix, long revision, CancellationToken cancellationToken)
    {
        var (from, until) = EtcdKeys.Prefix(prefix);
        var entries = ImmutableArray.CreateBuilder<StateEntry>();
        var (at, page) = (revision, PageOfMany);
        while (true)
        {
            RangeResponse response;
            try
            {
                response = await RangeAsync(new RangeRequest { Key = from, RangeEnd = until, Revision = at, Limit = page }, cancellationToken);
            }
            catch (RpcException exception) when (EtcdErrors.IsTooLarge(exception) && page > PageOfLarge)
            {
                page = PageOfLarge;
                continue;
            }
            entries.AddRange(response.Kvs.Select(EtcdKeys.Entry));
            if (at == 0)
                at = response.Header.Revision;
            if (!response.More || response.Kvs.Count == 0)
            {
                Volatile.Write(ref _listedCluster, response.Header.ClusterId);
                return new StateList(at, entries.ToImmutable());
            }
            from = EtcdKeys.After(response.Kvs[^1].Key);
        }
    }

    public async Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
    {
        TransactionRules.Check(transaction);
        var request = EtcdKeys.Transaction(transaction);
        try
        {
            await _connection.EnsureSupportedAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is RpcException or NotSupportedException)
        {
            return new CommitResult.Refused($"nothing was sent: {(exception is RpcException rpc ? EtcdErrors.Describe(rpc) : exception.Message)}");
        }
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var response = await _connection.CallAsync(options => _connection.Keys.TxnAsync(request, options), cancellationToken);
            return response.Succeeded ? new CommitResult.Committed(response.Header.Revision) : new CommitResult.GuardFailed(response.Header.Revision);
        }
        catch (RpcException exception)
        {
            return EtcdErrors.IsRefusal(exception) ? new CommitResult.Refused(exception.Status.Detail) : new CommitResult.Unknown(EtcdErrors.Describe(exception));
        }
        catch (OperationCanceledException)
        {
            return new CommitResult.Unknown("the caller stopped waiting for it");
        }
    }

    public async IAsyncEnumerable<StateBatch> WatchAsync(string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reached = Math.Max(1, fromRevision) - 1;
        var newest = await NewestRevisionAsync(cancellationToken);
        // Asked for more than there ever was: the caller waits for the future, or the store was restored behind its back.
        if (newest < reached)
            yield return new StateBatch(newest, []);
        // etcd tells no progress to a watch that begins in the future; an idle one begins with what it has and drops that here.
        var first = Math.Min(reached + 1, newest);
        await foreach (var batch in new EtcdWatchStream(_connection, prefix, first).ReadAsync(RefuseOtherCluster, cancellationToken))
        {
            if (batch.Revision < reached || (batch.Revision == reached && !batch.Events.IsEmpty))
                continue;
            reached = batch.Revision;
            yield return batch;
        }
    }

    public async Task<IStateLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        await CheckVersionAsync(cancellationToken);
        var sent = _connection.Time.GetTimestamp();
        try
        {
            var seconds = (long)Math.Ceiling(timeToLive.TotalSeconds);
            var response = await _connection.CallAsync(options => _connection.Leases.LeaseGrantAsync(new LeaseGrantRequest { TTL = seconds }, options), cancellationToken);
            // The server may grant more, never less; counting the shorter time is the safe side.
            return new EtcdLease(_connection, response.ID, timeToLive, sent, _logger);
        }
        catch (RpcException exception)
        {
            throw EtcdErrors.Unavailable(exception);
        }
    }

    public async Task CompactAsync(long revision, CancellationToken cancellationToken)
    {
        try
        {
            await _connection.ReadAsync(options => _connection.Keys.CompactAsync(new CompactionRequest { Revision = revision }, options), cancellationToken);
        }
        catch (RpcException exception) when (EtcdErrors.IsCompacted(exception))
        {
            throw await CompactedAsync(cancellationToken);
        }
        catch (RpcException exception) when (EtcdErrors.IsFuture(exception))
        {
            throw new StateFutureRevisionException(revision);
        }
    }

    public async Task<StateStoreStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        var status = await _connection.ReadAsync(options => _connection.Maintenance.StatusAsync(new StatusRequest(), options.WithHeaders([])), cancellationToken);
        var alarms = await _connection.ReadAsync(options => _connection.Maintenance.AlarmAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Get }, options), cancellationToken);
        var newest = await NewestRevisionAsync(cancellationToken);
        return new StateStoreStatus(status.Version, newest, await _history.FindCompactedAsync(newest, cancellationToken), status.DbSize,
            status.DbSizeQuota > 0 ? status.DbSizeQuota : null, [.. alarms.Alarms.Select(alarm => alarm.Alarm.ToString().ToUpperInvariant()).Distinct()]);
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Linearizable.</summary>
    private async Task<RangeResponse> RangeAsync(RangeRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _connection.ReadAsync(options => _connection.Keys.RangeAsync(request, options), cancellationToken);
        }
        catch (RpcException exception) when (EtcdErrors.IsCompacted(exception))
        {
            throw await CompactedAsync(cancellationToken);
        }
        catch (RpcException exception) when (EtcdErrors.IsFuture(exception))
        {
            throw new StateFutureRevisionException(request.Revision);
        }
    }

    private async Task<long> NewestRevisionAsync(CancellationToken cancellationToken) =>
        (await RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8("/"), CountOnly = true }, cancellationToken)).Header.Revision;

    private async Task<StateCompactedException> CompactedAsync(CancellationToken cancellationToken) =>
        new(await _history.FindCompactedAsync(await NewestRevisionAsync(cancellationToken), cancellationToken));

    private async Task CheckVersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _connection.EnsureSupportedAsync(cancellationToken);
        }
        catch (RpcException exception)
        {
            throw EtcdErrors.Unavailable(exception);
        }
    }

    /// <summary>Revisions of one cluster mean nothing in another: what was listed there has to be listed anew.</summary>
    private void RefuseOtherCluster(ResponseHeader header)
    {
        var listed = Volatile.Read(ref _listedCluster);
        if (listed != 0 && listed != header.ClusterId)
            throw new StateCompactedException(header.Revision);
    }
}
