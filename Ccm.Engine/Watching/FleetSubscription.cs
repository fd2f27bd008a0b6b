namespace Ccm.Engine.Watching;

/// <summary>
/// One reader's place in the stream of changes. What it has not taken yet is merged, never queued: a slow reader costs a bounded
/// set of ids and, past that bound, is resynchronised; the writer never waits for it.
/// </summary>
public sealed class FleetSubscription : IDisposable
{
    /// <summary>Changed objects held for a reader that lags; more than that and it compares snapshots itself.</summary>
    public const int Bound = 1024;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly Action<FleetSubscription> _leave;
    private FleetChange? _pending;

    internal FleetSubscription(FleetSnapshot start, Action<FleetSubscription> leave)
    {
        Start = start;
        _leave = leave;
    }

    /// <summary>The snapshot it was registered at: the first change starts from here.</summary>
    public FleetSnapshot Start { get; }

    /// <summary>What changed since the last call, merged while the reader was busy; waits for it. One reader at a time.</summary>
    public async Task<FleetChange> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _signal.WaitAsync(cancellationToken);
            lock (_lock)
            {
                if (_pending is { } change)
                {
                    _pending = null;
                    return change;
                }
            }
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

    public void Dispose() => _leave(this);

    internal void Offer(FleetChange change)
    {
        lock (_lock)
        {
            _pending = _pending?.Then(change, Bound) ?? change;
            if (_signal.CurrentCount == 0)
                _signal.Release();
        }
    }
}
