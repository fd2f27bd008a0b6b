namespace Ccm.Engine.State;

/// <summary>
/// Keys with revisions, guarded transactions, watches and leases. etcd defines the contract, the embedded store follows it;
/// one suite of contract tests runs on both.
/// </summary>
/// <remarks>
/// Reads throw <see cref="StateStoreUnavailableException"/> when the store cannot answer in time and
/// <see cref="StateCompactedException"/> or <see cref="StateFutureRevisionException"/> when it no longer or not yet has the revision.
/// A write never throws for an outage: its outcome is a <see cref="CommitResult"/>.
/// </remarks>
public interface IStateStore : IAsyncDisposable
{
    /// <summary>What serves it: <c>etcd</c> or <c>sqlite</c>.</summary>
    string Kind { get; }

    /// <summary>One key, linearizable; null when absent.</summary>
    Task<StateEntry?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>All keys under <paramref name="prefix"/> in key order, every page pinned to one revision; 0 means the newest.</summary>
    Task<StateList> ListAsync(string prefix, long revision, CancellationToken cancellationToken);

    /// <summary>
    /// Applies all puts and deletes at one new revision if every guard holds, else nothing. Deleting what is absent adds no revision
    /// when it is all that the transaction does; an identical put does add one.
    /// </summary>
    /// <exception cref="InvalidTransactionException">Over a limit of <see cref="StateLimits"/>, or a key written twice.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before anything was sent. Later it is no exception: the outcome, or Unknown.</exception>
    Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken);

    /// <summary>
    /// Every change under <paramref name="prefix"/> from <paramref name="fromRevision"/> on, one batch a revision, in order, none missing
    /// and none twice. A batch without events says that all up to its revision has been delivered. A future revision waits for it.
    /// </summary>
    /// <exception cref="StateCompactedException">The history before <paramref name="fromRevision"/> is gone: list again.</exception>
    /// <exception cref="StateStoreUnavailableException">The stream broke: watch again from the last revision applied + 1.</exception>
    IAsyncEnumerable<StateBatch> WatchAsync(string prefix, long fromRevision, CancellationToken cancellationToken);

    /// <summary>A lease kept alive until it is revoked, disposed or lost. Keys put with it vanish with it, in a revision of their own.</summary>
    /// <exception cref="StateStoreUnavailableException">No lease could be had in time.</exception>
    Task<IStateLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken);

    /// <summary>Time since the store last heard of the lease, whoever holds it, in whole seconds; null when it is gone or the store cannot tell.</summary>
    Task<TimeSpan?> GetLeaseAgeAsync(long leaseId, CancellationToken cancellationToken) => Task.FromResult<TimeSpan?>(null);

    /// <summary>Forgets history before <paramref name="revision"/>, which itself can still be listed and watched from; what stands now stays.</summary>
    /// <exception cref="StateCompactedException">That has been done already.</exception>
    /// <exception cref="StateFutureRevisionException">It has not been reached.</exception>
    Task CompactAsync(long revision, CancellationToken cancellationToken);

    /// <summary>Revision, size and alarms, for people.</summary>
    Task<StateStoreStatus> GetStatusAsync(CancellationToken cancellationToken);
}

/// <summary>A lease held by this process.</summary>
public interface IStateLease : IAsyncDisposable
{
    long Id { get; }

    TimeSpan TimeToLive { get; }

    /// <summary>
    /// Cancelled once the lease must be taken for lost, before the store itself lets it go: the holder counts from the sending of the
    /// last keep-alive that succeeded, on a monotonic clock.
    /// </summary>
    CancellationToken Lost { get; }

    /// <summary>Time since the last successful keep-alive was sent.</summary>
    TimeSpan Age { get; }

    /// <summary>Gives the lease back at once; its keys vanish. Never throws: an unreachable store lets it run out.</summary>
    Task RevokeAsync(CancellationToken cancellationToken);
}

/// <summary>What etcd's default servers take in one transaction.</summary>
public static class StateLimits
{
    public const int Operations = 128;
    public const int Guards = 128;
    public const int Bytes = 1_500_000;
}
