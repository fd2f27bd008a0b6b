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
    private readonly EtcdStatus _status;
    private readonly ILogger _logger;
    private ulong _listedCluster;

    /// <param name="endpoints">Comma-separated <c>host:port</c> or URLs, as in <c>ConnectionStrings:etcd</c>. Nothing is sent before the first call.</param>
    /// <exception cref="ArgumentException">These or the options cannot be used; the message names the setting.</exception>
    public EtcdStateStore(string endpoints, EtcdOptions options, TimeProvider time, ILogger<EtcdStateStore> logger)
    {
        _connection = new EtcdConnection(EtcdEndpoints.Parse(endpoints), options, time, logger);
        _history = new EtcdHistory(_connection);
        _status = new EtcdStatus(_connection, _history);
        _logger = logger;
    }

    /// <summary>Without TLS files and without a user.</summary>
    public EtcdStateStore(string endpoints, TimeProvider time, ILogger<EtcdStateStore> logger) : this(endpoints, new EtcdOptions(), time, logger)
    {
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
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var response = await _connection.CallAsync((member, options) => member.Keys.TxnAsync(request, options), repeatable: false, cancellationToken);
            return response.Succeeded ? new CommitResult.Committed(response.Header.Revision) : new CommitResult.GuardFailed(response.Header.Revision);
        }
        catch (EtcdMemberException exception)
        {
            return new CommitResult.Refused($"nothing was sent: {_connection.Describe(exception)}");
        }
        catch (RpcException exception)
        {
            var reason = _connection.Describe(exception);
            return EtcdErrors.IsRefusal(exception) || EtcdErrors.IsTurnedAway(exception) ? new CommitResult.Refused(reason) : new CommitResult.Unknown(reason);
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
        var sent = _connection.Time.GetTimestamp();
        var seconds = (long)Math.Ceiling(timeToLive.TotalSeconds);
        // One that was granted unheard runs out by itself.
        var response = await _connection.ReadAsync((member, options) => member.Leases.LeaseGrantAsync(new LeaseGrantRequest { TTL = seconds }, options), cancellationToken);
        // The server may grant more, never less; counting the shorter time is the safe side.
        return new EtcdLease(_connection, response.ID, timeToLive, sent, _logger);
    }

    public async Task<TimeSpan?> GetLeaseAgeAsync(long leaseId, CancellationToken cancellationToken)
    {
        var response = await _connection.ReadAsync((member, options) => member.Leases.LeaseTimeToLiveAsync(new LeaseTimeToLiveRequest { ID = leaseId }, options), cancellationToken);
        return response.TTL < 0 ? null : TimeSpan.FromSeconds(Math.Max(0, response.GrantedTTL - response.TTL));
    }

    public async Task CompactAsync(long revision, CancellationToken cancellationToken)
    {
        try
        {
            await _connection.ReadAsync((member, options) => member.Keys.CompactAsync(new CompactionRequest { Revision = revision }, options), cancellationToken);
        }
        catch (RpcException exception) when (EtcdErrors.IsCompacted(exception))
        {
            throw await CompactedAsync(cancellationToken);
        }
        catch (RpcException exception) when (EtcdErrors.IsFuture(exception))
        {
            throw new StateFutureRevisionException(revision);
        }
        catch (StateStoreUnavailableException exception) when (exception.InnerException is RpcException { StatusCode: StatusCode.PermissionDenied } denied)
        {
            throw new StateStoreUnavailableException($"etcd lets only a user with the role root compact: give it to the one of {EtcdOptions.Section}:{nameof(EtcdOptions.Username)}, or let etcd do it (--auto-compaction-mode=periodic --auto-compaction-retention=1h).", denied);
        }
    }

    public Task<StateStoreStatus> GetStatusAsync(CancellationToken cancellationToken) => _status.ReadAsync(cancellationToken);

    /// <summary>Tells at start what no waiting would heal; an outage is no such thing.</summary>
    /// <exception cref="StateStoreSettingsException">The settings or the servers have to be changed; the message says which and how.</exception>
    public Task CheckAsync(CancellationToken cancellationToken) => new EtcdStartCheck(_connection, _logger).RunAsync(cancellationToken);

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
            return await _connection.ReadAsync((member, options) => member.Keys.RangeAsync(request, options), cancellationToken);
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
        (await RangeAsync(new RangeRequest { Key = EtcdKeys.Of(StateKeys.Root), CountOnly = true }, cancellationToken)).Header.Revision;

    private async Task<StateCompactedException> CompactedAsync(CancellationToken cancellationToken) =>
        new(await _history.FindCompactedAsync(await NewestRevisionAsync(cancellationToken), cancellationToken));

    /// <summary>Revisions of one cluster mean nothing in another: what was listed there has to be listed anew.</summary>
    private void RefuseOtherCluster(ResponseHeader header)
    {
        var listed = Volatile.Read(ref _listedCluster);
        if (listed != 0 && listed != header.ClusterId)
            throw new StateCompactedException(header.Revision);
    }
}
