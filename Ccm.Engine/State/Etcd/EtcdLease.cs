using Etcdserverpb;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.State.Etcd;

/// <summary>
/// A lease and the loop that keeps it alive, every fifth of its time, each time on a stream of its own. An attempt that is not answered
/// soon is not waited for: the next one begins beside it, on another server where there is one. Lost a tenth of its time before the
/// server could let it go, counted from the sending of the last success.
/// </summary>
internal sealed partial class EtcdLease : IStateLease
{
    private readonly EtcdConnection _connection;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly ITimer _expiry;
    private readonly Task _keepingAlive;
    private readonly TimeSpan _safe;
    private long _renewed;
    private int _revoked;

    /// <param name="sent">Monotonic time stamp of the sending of the grant.</param>
    public EtcdLease(EtcdConnection connection, long id, TimeSpan timeToLive, long sent, ILogger logger)
    {
        _connection = connection;
        _logger = logger;
        Id = id;
        TimeToLive = timeToLive;
        _safe = timeToLive * 0.9;
        _renewed = sent;
        _expiry = connection.Time.CreateTimer(_ => Expire(), null, Remaining, Timeout.InfiniteTimeSpan);
        _keepingAlive = KeepAliveAsync();
    }

    public long Id { get; }

    public TimeSpan TimeToLive { get; }

    public CancellationToken Lost => _lost.Token;

    public TimeSpan Age => _connection.Time.GetElapsedTime(Volatile.Read(ref _renewed));

    private TimeSpan Remaining => _safe > Age ? _safe - Age : TimeSpan.Zero;

    public async Task RevokeAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _revoked, 1) != 0)
            return;
        await _lost.CancelAsync();
        await _expiry.DisposeAsync();
        await _keepingAlive;
        try
        {
            await _connection.CallAsync((member, options) => member.Leases.LeaseRevokeAsync(new LeaseRevokeRequest { ID = Id }, options), repeatable: true, cancellationToken);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
        {
            // It ran out, or the first of two attempts had done it.
        }
        catch (Exception exception) when (exception is RpcException or EtcdMemberException or OperationCanceledException or ObjectDisposedException)
        {
            LogNotRevoked(Id, exception.Message);
        }
    }

    public async ValueTask DisposeAsync() => await RevokeAsync(CancellationToken.None);

    private async Task KeepAliveAsync()
    {
        var attempts = new List<Task<bool>>();
        var pause = TimeToLive / 5;
        while (true)
        {
            await Task.Delay(pause, _connection.Time, _lost.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_lost.IsCancellationRequested)
                break;
            attempts.RemoveAll(attempt => attempt.IsCompleted);
            var next = RenewAsync();
            attempts.Add(next);
            await Task.WhenAny(next, Task.Delay(TimeToLive / 10, _connection.Time, _lost.Token));
            pause = next.IsCompleted && await next ? TimeToLive / 5 : TimeToLive / 20;
        }
        await Task.WhenAll(attempts);
    }

    /// <summary>Whether the server confirmed it; one that does not know the lease any more ends it.</summary>
    private async Task<bool> RenewAsync()
    {
        var sent = _connection.Time.GetTimestamp();
        using var late = new CancellationTokenSource(TimeToLive / 3, _connection.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _lost.Token);
        EtcdMember? asked = null;
        try
        {
            var (member, headers) = await _connection.PickAsync(either.Token);
            asked = member;
            using var stream = member.Leases.LeaseKeepAlive(new CallOptions(headers, cancellationToken: either.Token));
            await stream.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = Id }, either.Token);
            if (!await stream.ResponseStream.MoveNext(either.Token))
                return false;
            if (stream.ResponseStream.Current.TTL > 0)
                return Renewed(sent);
            LogGone(Id);
            await _lost.CancelAsync();
            return false;
        }
        catch (Exception exception) when (exception is RpcException or EtcdMemberException or OperationCanceledException or InvalidOperationException or IOException)
        {
            if (_lost.IsCancellationRequested)
                return false;
            LogNotRenewed(Id, Age.TotalSeconds, exception.Message);
            if (asked is not null)
                _connection.Leave(asked, "a lease could not be renewed there");
            return false;
        }
    }

    /// <summary>A confirmation that comes after the lease was given up changes nothing.</summary>
    private bool Renewed(long sent)
    {
        if (Age >= _safe)
            Expire();
        if (_lost.IsCancellationRequested)
            return false;
        Volatile.Write(ref _renewed, sent);
        _expiry.Change(Remaining, Timeout.InfiniteTimeSpan);
        return true;
    }

    private void Expire()
    {
        if (Age < _safe)
        {
            _expiry.Change(Remaining, Timeout.InfiniteTimeSpan);
            return;
        }
        if (!_lost.IsCancellationRequested)
            LogLost(Id, Age.TotalSeconds);
        _lost.Cancel();
    }

    [LoggerMessage(2102, LogLevel.Warning, "Lease {Id} was last confirmed {Age:0.0} s ago and is given up.")]
    private partial void LogLost(long id, double age);

    [LoggerMessage(2103, LogLevel.Warning, "Lease {Id} is not known to etcd any more.")]
    private partial void LogGone(long id);

    [LoggerMessage(2104, LogLevel.Information, "Lease {Id}, confirmed {Age:0.0} s ago, could not be renewed: {Reason}")]
    private partial void LogNotRenewed(long id, double age, string reason);

    [LoggerMessage(2105, LogLevel.Information, "Lease {Id} could not be revoked and runs out by itself: {Reason}")]
    private partial void LogNotRevoked(long id, string reason);
}
