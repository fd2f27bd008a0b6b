namespace Ccm.Engine.Watching;

/// <summary>
/// One reader's place in the stream of changes. What it has not taken yet is merged, never queued for it: a slow reader costs nothing
/// but the snapshot that it saw last and, past a bound, is resynchronised; the writer never waits for it.
/// </summary>
public sealed class FleetSubscription : IDisposable
{
    /// <summary>Changed objects told at once to a reader that lags; more than that, and it compares snapshots itself.</summary>
    public const int Bound = 1024;

    private readonly ChangeLog _log;
    private readonly Action _leave;
    private long _place;
    private FleetSnapshot _seen;
    private bool _left;

    internal FleetSubscription(ChangeLog log, FleetSnapshot start, Action leave)
    {
        (_log, _place, _leave) = (log, log.End, leave);
        Start = _seen = start;
    }

    /// <summary>The snapshot it was registered at: the first change starts from here.</summary>
    public FleetSnapshot Start { get; }

    /// <summary>What changed since the last call, merged while the reader was busy; waits for it. One reader at a time.</summary>
    public async Task<FleetChange> NextAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _left), this);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (change, end, more) = _log.From(_place, _seen);
            if (change is not null)
            {
                (_place, _seen) = (end, change.After);
                return change;
            }
            await more.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The same; null when nothing changed for <paramref name="atMost"/>.</summary>
    public async Task<FleetChange?> NextAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await NextAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _left, true))
            _leave();
    }
}
