using System.Collections.Immutable;

namespace Ccm.Engine.State;

/// <summary>A key as it stands at a revision.</summary>
/// <param name="CreateRevision">The revision of the first put since the key was last absent.</param>
/// <param name="ModRevision">The revision of the last put.</param>
/// <param name="Version">Puts since it was last absent, from 1.</param>
/// <param name="LeaseId">The lease it is bound to, or 0.</param>
public sealed record StateEntry(string Key, ReadOnlyMemory<byte> Value, long CreateRevision, long ModRevision, long Version, long LeaseId);

/// <summary>All keys of a prefix at one revision, in key order (ordinal).</summary>
public sealed record StateList(long Revision, ImmutableArray<StateEntry> Entries);

/// <summary>All that one transaction changed under a watched prefix; no events: progress only.</summary>
public sealed record StateBatch(long Revision, ImmutableArray<StateEvent> Events);

/// <summary>One key's change: <see cref="Entry"/> is null for a deletion.</summary>
public sealed record StateEvent(string Key, StateEntry? Entry);

/// <summary>A condition on one key that the store checks as it commits.</summary>
public abstract record StateGuard(string Key)
{
    /// <summary>The key's last change was at <paramref name="Revision"/>; 0 means that it is absent.</summary>
    public sealed record Modified(string Key, long Revision) : StateGuard(Key);

    /// <summary>The key exists since <paramref name="Revision"/>: the fence of a leader's term; 0 means that it is absent.</summary>
    public sealed record Created(string Key, long Revision) : StateGuard(Key);
}

public sealed record StatePut(string Key, ReadOnlyMemory<byte> Value, long LeaseId = 0);

/// <summary>Guards, puts and deletes, all or nothing; a key is written at most once.</summary>
public sealed record StateTransaction
{
    public ImmutableArray<StateGuard> Guards { get; init; } = [];
    public ImmutableArray<StatePut> Puts { get; init; } = [];
    public ImmutableArray<string> Deletes { get; init; } = [];
}

/// <summary>How a transaction ended. Unknown is not failed: it may have been applied, or may still be.</summary>
public abstract record CommitResult
{
    public sealed record Committed(long Revision) : CommitResult;

    /// <param name="Revision">The store's revision when a guard did not hold.</param>
    public sealed record GuardFailed(long Revision) : CommitResult;

    /// <summary>The store surely did not apply it, and why: full, read-only, refused before sending.</summary>
    public sealed record Refused(string Reason) : CommitResult;

    public sealed record Unknown(string Reason) : CommitResult;
}

/// <param name="Version">The server's version; of several the lowest.</param>
/// <param name="CompactedRevision">History before it is gone; 0 when never compacted.</param>
/// <param name="SizeBytes">Bytes on disk; of several servers the one nearest to its quota.</param>
/// <param name="QuotaBytes">Bytes at which writes stop, or null when unknown or unlimited.</param>
/// <param name="Alarms">Raised alarms in the server's words.</param>
public sealed record StateStoreStatus(string Version, long Revision, long CompactedRevision, long SizeBytes, long? QuotaBytes, ImmutableArray<string> Alarms)
{
    /// <summary>Bytes of <see cref="SizeBytes"/> that hold something; the rest comes back by defragmenting. Null when unknown.</summary>
    public long? UsedBytes { get; init; }

    /// <summary>The servers that the settings name; empty where there are none.</summary>
    public ImmutableArray<StateStoreMember> Members { get; init; } = [];
}

/// <summary>One of the store's servers.</summary>
/// <param name="Endpoint"><c>host:port</c>.</param>
/// <param name="Version">Null when it does not answer.</param>
/// <param name="Leads">Whether it is the leader among them.</param>
/// <param name="Problem">Why it does not serve; null when it does.</param>
public sealed record StateStoreMember(string Endpoint, string? Version, long SizeBytes, long? QuotaBytes, bool Leads, string? Problem);

/// <summary>The store did not answer in time or the connection broke.</summary>
public sealed class StateStoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The store cannot serve with these settings, and no waiting changes that; the message names the setting and the fix.</summary>
public sealed class StateStoreSettingsException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The revision asked for has been compacted.</summary>
public sealed class StateCompactedException(long compactedRevision)
    : Exception($"History before revision {compactedRevision} has been compacted.")
{
    public long CompactedRevision { get; } = compactedRevision;
}

/// <summary>The revision asked for has not been reached.</summary>
public sealed class StateFutureRevisionException(long revision) : Exception($"Revision {revision} has not been reached.");

/// <summary>A transaction no store would take; a fault of the caller.</summary>
public sealed class InvalidTransactionException(string message) : Exception(message);
