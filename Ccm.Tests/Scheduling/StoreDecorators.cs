using Ccm.Engine.State;

namespace Ccm.Tests.Scheduling;

/// <summary>A store whose commits a test may meddle with.</summary>
internal abstract class StoreDecorator(IStateStore inner) : IStateStore
{
    public string Kind => inner.Kind;

    public virtual Task<StateEntry?> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

    public virtual Task<StateList> ListAsync(string prefix, long revision, CancellationToken cancellationToken) => inner.ListAsync(prefix, revision, cancellationToken);

    public virtual Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken) => inner.CommitAsync(transaction, cancellationToken);

    public virtual IAsyncEnumerable<StateBatch> WatchAsync(string prefix, long fromRevision, CancellationToken cancellationToken) => inner.WatchAsync(prefix, fromRevision, cancellationToken);

    public Task<IStateLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => inner.GrantLeaseAsync(timeToLive, cancellationToken);

    public Task CompactAsync(long revision, CancellationToken cancellationToken) => inner.CompactAsync(revision, cancellationToken);

    public Task<StateStoreStatus> GetStatusAsync(CancellationToken cancellationToken) => inner.GetStatusAsync(cancellationToken);

    /// <summary>The store is whoever opened it to close.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>The planted bug: commits without looking.</summary>
internal sealed class UnguardedStore(IStateStore inner) : StoreDecorator(inner)
{
    public override Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken) =>
        base.CommitAsync(transaction with { Guards = [] }, cancellationToken);
}

/// <summary>
/// Holds its first commit, decided already, until the test lets it go: a scheduler paused at the worst moment. What it decided beside
/// that one is never sent.
/// </summary>
internal sealed class PausedStore(IStateStore inner) : StoreDecorator(inner)
{
    private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CommitResult> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done once the first commit waits here.</summary>
    public Task Decided => _decided.Task;

    /// <summary>What came of it.</summary>
    public Task<CommitResult> First => _first.Task;

    public void Go() => _go.TrySetResult();

    public override async Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
    {
        if (_go.Task.IsCompleted)
            return await base.CommitAsync(transaction, cancellationToken);
        var isFirst = _decided.TrySetResult();
        await _go.Task.WaitAsync(cancellationToken);
        if (!isFirst)
            return new CommitResult.Refused("It was decided beside the one that was held.");
        var result = await base.CommitAsync(transaction, cancellationToken);
        _first.TrySetResult(result);
        return result;
    }
}

/// <summary>Before its first commit, which is decided already, lets something else happen.</summary>
internal sealed class InterruptedStore(IStateStore inner, Func<Task> meanwhile) : StoreDecorator(inner)
{
    private bool _interrupted;

    public override async Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
    {
        if (!_interrupted)
        {
            _interrupted = true;
            await meanwhile();
        }
        return await base.CommitAsync(transaction, cancellationToken);
    }
}
