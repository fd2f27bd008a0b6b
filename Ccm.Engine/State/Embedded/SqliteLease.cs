namespace Ccm.Engine.State.Embedded;

/// <summary>
/// A lease of this process, which is the only one there is: it is held until revoked. A timer renews it, and a process that was paused
/// past its time finds it lost, as on etcd.
/// </summary>
internal sealed class SqliteLease : IStateLease
{
    private readonly CancellationTokenSource _lost = new();
    private readonly TimeProvider _time;
    private readonly Func<SqliteLease, Task> _end;
    private readonly ITimer _renew;
    private long _renewed;

    public SqliteLease(long id, TimeSpan timeToLive, TimeProvider time, Func<SqliteLease, Task> end)
    {
        Id = id;
        TimeToLive = timeToLive;
        _time = time;
        _end = end;
        _renewed = time.GetTimestamp();
        _renew = time.CreateTimer(_ => Renew(), null, timeToLive / 5, timeToLive / 5);
    }

    public long Id { get; }

    public TimeSpan TimeToLive { get; }

    public CancellationToken Lost => _lost.Token;

    public TimeSpan Age => _time.GetElapsedTime(Volatile.Read(ref _renewed));

    public async Task RevokeAsync(CancellationToken cancellationToken)
    {
        await _renew.DisposeAsync();
        await _lost.CancelAsync();
        await _end(this);
    }

    public async ValueTask DisposeAsync() => await RevokeAsync(CancellationToken.None);

    private void Renew()
    {
        if (Age < TimeToLive)
            Volatile.Write(ref _renewed, _time.GetTimestamp());
        else
            _ = RevokeAsync(CancellationToken.None);
    }
}
