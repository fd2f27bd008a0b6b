using Ccm.Engine.State;

namespace Ccm.Bench.Schedule;

/// <summary>Keeps the last transaction and commits none: its guard is said to have failed.</summary>
internal sealed class RecordingStore : IStateStore
{
    public string Kind => "recorder";

    public StateTransaction? Last { get; private set; }

    public Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
    {
        Last = transaction;
        return Task.FromResult<CommitResult>(new CommitResult.GuardFailed(0));
    }

    public Task<StateEntry?> GetAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StateList> ListAsync(string prefix, long revision, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<StateBatch> WatchAsync(string prefix, long fromRevision, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IStateLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task CompactAsync(long revision, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StateStoreStatus> GetStatusAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
