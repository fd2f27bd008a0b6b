using System.Collections.Immutable;
using Ccm.Engine.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Watching;

/// <summary>How fresh the cache is.</summary>
/// <param name="LastHeard">When the store last said anything, progress included; null before the first list.</param>
/// <param name="Problem">Why the watch is down, null while it is up.</param>
public sealed record WatchFreshness(long Revision, DateTimeOffset? LastHeard, string? Problem);

/// <summary>
/// One list and one watch over all of CCM's keys for the whole process, applied into an immutable snapshot and fanned out.
/// A broken watch resumes after the last revision applied; compacted history or a revision that goes backwards means list again and
/// one diff, deletes included.
/// </summary>
public sealed partial class WatchCache(IStateStore store, TimeProvider time, ILogger<WatchCache> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.2);

    /// <summary>A store that is back is heard within so long; whoever cannot be reached costs little to ask.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>From the first value that can be read again to the list for its sake: many that are mended together cost one.</summary>
    private static readonly TimeSpan RelistPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ChangeLog _log = new();
    private int _subscribers;
    private ImmutableArray<(long Revision, TaskCompletionSource Reached)> _waiting = [];
    private volatile FleetSnapshot _current = FleetSnapshot.Empty;
    private TimeSpan _pause = FirstPause;
    private bool _list = true;
    private volatile WatchFreshness _freshness = new(0, null, "Not listed yet.");

    public FleetSnapshot Current => _current;

    public WatchFreshness Freshness => _freshness;

    /// <summary>Where whoever writes tells what, before it does.</summary>
    public OwnWrites Own { get; } = new();

    /// <summary>Done once the first list has been applied.</summary>
    public Task Ready => _ready.Task;

    public int SubscriberCount => Volatile.Read(ref _subscribers);

    /// <summary>Registered and given its snapshot in one step: no change falls between.</summary>
    public FleetSubscription Subscribe()
    {
        lock (_lock)
        {
            Interlocked.Increment(ref _subscribers);
            return new FleetSubscription(_log, _current, () => Interlocked.Decrement(ref _subscribers));
        }
    }

    /// <summary>Done once everything up to <paramref name="revision"/> is in <see cref="Current"/>; how a caller reads its own writes.</summary>
    public Task ReachedAsync(long revision, CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_freshness.Revision >= revision)
                return Task.CompletedTask;
            _waiting = _waiting.Add((revision, reached));
        }
        return reached.Task.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (_list)
                    Relist(await store.ListAsync(StateKeys.Root, 0, stoppingToken));
                _list = false;
                await WatchAsync(stoppingToken);
                if (_list)
                    continue;
                Fail("The watch ended.");
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is StateCompactedException or StateFutureRevisionException or RevisionWentBackException)
            {
                LogRelist(exception.Message);
                _list = true;
                continue;
            }
            catch (StateStoreUnavailableException exception)
            {
                Fail(exception.Message);
            }
            await Task.Delay(_pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    /// <summary>Applies what the watch tells until it ends, or until a value that can be read again has asked for a list.</summary>
    private async Task WatchAsync(CancellationToken stoppingToken)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        ITimer? relist = null;
        try
        {
            await foreach (var batch in store.WatchAsync(StateKeys.Root, _current.Revision + 1, watching.Token))
            {
                _pause = FirstPause;
                if (Advance(batch) is not { } readable || relist is not null)
                    continue;
                // Its object's other keys may have been put aside while it could not be read.
                LogRelist($"The value of {readable} can be read again, or is gone.");
                _list = true;
                relist = time.CreateTimer(_ => watching.Cancel(), null, RelistPause, Timeout.InfiniteTimeSpan);
            }
        }
        catch (OperationCanceledException) when (_list && !stoppingToken.IsCancellationRequested)
        {
            // The pause is over.
        }
        finally
        {
            if (relist is not null)
                await relist.DisposeAsync();
        }
    }

    private void Fail(string problem)
    {
        // Told once, not at every attempt.
        if (_freshness.Problem != problem)
            LogBroken(problem);
        _freshness = _freshness with { Problem = problem };
    }

    /// <returns>A key whose value could not be read and is well now, or gone.</returns>
    private string? Advance(StateBatch batch)
    {
        if (batch.Events.IsEmpty)
        {
            if (batch.Revision < _current.Revision)
                throw new RevisionWentBackException(batch.Revision, _current.Revision);
            lock (_lock)
                Heard(Math.Max(batch.Revision, _freshness.Revision));
            return null;
        }
        if (batch.Revision <= _current.Revision)
            return null;
        var builder = new SnapshotBuilder(_current, LogUnreadable, Own);
        foreach (var change in batch.Events)
            builder.Apply(change.Key, change.Entry);
        var built = builder.Build(batch.Revision);
        Publish(built);
        return batch.Events.Select(change => change.Key).FirstOrDefault(key => built.Before.Unreadable.ContainsKey(key) && !built.After.Unreadable.ContainsKey(key));
    }

    private void Relist(StateList list)
    {
        var builder = new SnapshotBuilder(FleetSnapshot.Empty, LogUnreadable, Own);
        foreach (var entry in list.Entries)
            builder.Apply(entry.Key, entry);
        Publish(FleetChange.Resync(_current, builder.Build(list.Revision).After));
        _ready.TrySetResult();
    }

    private void Publish(FleetChange change)
    {
        TaskCompletionSource told;
        lock (_lock)
        {
            _current = change.After;
            told = _log.Add(change);
            Heard(change.After.Revision);
        }
        told.SetResult();
    }

    private void Heard(long revision)
    {
        _freshness = new WatchFreshness(revision, time.GetUtcNow(), null);
        foreach (var (_, reached) in _waiting.Where(waiter => waiter.Revision <= revision))
            reached.TrySetResult();
        _waiting = _waiting.RemoveAll(waiter => waiter.Revision <= revision);
    }

    private sealed class RevisionWentBackException(long revision, long known)
        : Exception($"The store is at revision {revision}, behind {known}: it was restored or replaced.");

    [LoggerMessage(2001, LogLevel.Warning, "The watch broke and is resumed: {Reason}")]
    private partial void LogBroken(string reason);

    [LoggerMessage(2002, LogLevel.Warning, "The state is listed anew: {Reason}")]
    private partial void LogRelist(string reason);

    [LoggerMessage(2003, LogLevel.Error, "The value of {Key} cannot be read and is ignored. What it belongs to is left as it is until the key holds what it should.")]
    private partial void LogUnreadable(string key, Exception exception);
}
