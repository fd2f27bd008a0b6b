using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ccm.Engine.Control;

/// <summary>
/// The only writer of instances, workers, definitions and templates. Each mutation: authorise, validate against the rules, one
/// guarded transaction, result. Refusals are <see cref="RefusedException"/>; whatever was acknowledged is in the cache of this
/// process when the call returns.
/// </summary>
/// <remarks>One file per kind of mutation; this one holds what they share: how a decision is committed.</remarks>
public sealed partial class ControlPlane(
    IStateStore store, IDefinitionDocuments definitions, ITemplateDocuments templates, IAuditTrail trail, WatchCache cache,
    IOptions<ControlOptions> options, PlanningTimes times, TimeProvider time, ILogger<ControlPlane> logger) : IDisposable
{
    private const int LookAfter = 3;
    private const int Attempts = 12;
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(5);

    /// <summary>Who met another change tries again one at a time: a crowd that wants the same key would else lose to itself.</summary>
    private readonly SemaphoreSlim _again = new(1);
    private readonly SemaphoreSlim _forecast = new(1);

    /// <summary>Dialogs that stand open ask again and again: they wait for each other, and never does a reservation wait for them.</summary>
    private readonly SemaphoreSlim _lookAhead = new(1);

    /// <summary>So much waits for the audit trail that people's changes are refused; the engine's own go on.</summary>
    public bool OutboxIsFull => cache.Current.Outbox.Count >= OutboxLimit;

    /// <summary>Operations waiting for the audit trail at which it is so.</summary>
    public int OutboxLimit => options.Value.OutboxLimit;

    public void Dispose()
    {
        _again.Dispose();
        _forecast.Dispose();
        _lookAhead.Dispose();
    }

    /// <summary>
    /// Decides and commits until it stands, is refused, or nothing more can be known. <paramref name="decide"/> reads the newest
    /// snapshot each time, fills the mutation and returns what the caller gets; without a write in it nothing is committed, and its guards
    /// must still hold: "it is so already" is an answer like any other, and this replica's cache may be behind another's commit.
    /// </summary>
    private async Task<T> CommitAsync<T>(
        Actor actor, Operation operation, Func<FleetSnapshot, Mutation, Task<T>> decide, Func<FleetSnapshot, Task<T>> repeated, CancellationToken cancellationToken)
    {
        var lookFirst = operation.RequestHash is not null;
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            if (attempt > 1)
                await _again.WaitAsync(cancellationToken);
            try
            {
                if (lookFirst && await WasAppliedAsync(operation, cancellationToken))
                    return await repeated(cache.Current);
                var mutation = new Mutation(operation, actor, time.GetUtcNow());
                T answer;
                try
                {
                    answer = await decide(cache.Current, mutation);
                }
                catch (RefusedException refused) when (refused.Kind == RefusalKind.Conflict && operation.RequestHash is not null)
                {
                    // Sent twice at once: what stands in the way may be what the other of the two has just done.
                    if (await WasAppliedAsync(operation, cancellationToken))
                        return await repeated(cache.Current);
                    throw;
                }
                // Seen as it was before that value: a guard on it fails every time.
                if (mutation.Guarded.Select(key => cache.Current.Unreadable.GetValueOrDefault(key)).FirstOrDefault(value => value is not null) is { } unreadable)
                    throw new RefusedException(RefusalKind.Unavailable, new Problem(null, unreadable.Reason, unreadable.Fix));
                switch (await (mutation.IsEmpty ? store.CommitAsync(mutation.BuildCheck(), cancellationToken) : SendAsync(mutation, cancellationToken)))
                {
                    case CommitResult.Committed committed:
                        await CatchUpAsync(committed.Revision, cancellationToken);
                        return answer;
                    case CommitResult.GuardFailed failed:
                        await CatchUpAsync(failed.Revision, cancellationToken);
                        // An operation that was applied already fails its own guard every time.
                        lookFirst |= attempt >= LookAfter;
                        break;
                    case CommitResult.Refused refused:
                        throw RefusedException.Unavailable($"The state store refused the write: {refused.Reason.TrimEnd('.')}.");
                    case CommitResult.Unknown unknown:
                        LogUnknown(operation.Id, unknown.Reason);
                        lookFirst = true;
                        break;
                }
            }
            finally
            {
                if (attempt > 1)
                    _again.Release();
            }
        }
        throw RefusedException.Unavailable("The request met other changes again and again, or its outcome could not be learnt.");
    }

    private Task<CommitResult> SendAsync(Mutation mutation, CancellationToken cancellationToken)
    {
        var transaction = mutation.Build();
        mutation.TellOwn(cache.Own);
        return store.CommitAsync(transaction, cancellationToken);
    }

    /// <summary>Whether the operation stands: in the outbox, else in the trail.</summary>
    /// <exception cref="RefusedException">Its key was used with another body, or a store is away.</exception>
    private async Task<bool> WasAppliedAsync(Operation operation, CancellationToken cancellationToken)
    {
        try
        {
            var entry = await store.GetAsync(StateKeys.OutboxEntry(operation.Id), cancellationToken);
            if (entry is not null)
            {
                var known = OutboxEntry.Read(entry.Value.Span);
                if (known.RequestHash != operation.RequestHash)
                    throw UsedOtherwise(operation);
                await CatchUpAsync(entry.ModRevision, cancellationToken);
                return true;
            }
            var audited = await trail.QueryAsync(new AuditQuery(OperationId: operation.Id, Limit: 1), cancellationToken);
            if (audited.IsEmpty)
                return false;
            if (operation.RequestHash is { } hash && audited[0].Data.TryGetProperty("requestHash", out var had) && had.GetString() != hash)
                throw UsedOtherwise(operation);
            await CatchUpAsync(audited[0].Revision, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is StateStoreUnavailableException or DocumentsUnavailableException or JsonException)
        {
            throw RefusedException.Unavailable($"Whether the request was applied cannot be learnt now: {exception.Message}");
        }
    }

    private static RefusedException UsedOtherwise(Operation operation) =>
        RefusedException.Conflict($"This {operation.Key} was used with another body.", $"Send a new {operation.Key} with a new body.", operation.Key);

    private async Task CatchUpAsync(long revision, CancellationToken cancellationToken)
    {
        try
        {
            await cache.ReachedAsync(revision, cancellationToken).WaitAsync(CatchUp, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogBehind(revision, cache.Freshness.Revision);
        }
    }

    /// <param name="field">Of the request, when only that asks for it.</param>
    private static void Authorise(Actor actor, Permission permission, string what, string? field = null)
    {
        if (!actor.May(permission))
            throw new RefusedException(RefusalKind.Forbidden, new Problem(field,
                $"{actor.Name} may not {what}.", $"It takes the role {string.Join(" or ", Enum.GetValues<Role>().Where(r => Permissions.Of(r).Contains(permission)).Select(r => r.ToString().ToLowerInvariant()))}."));
    }

    /// <summary>People's mutations stop before the outbox fills the state store; the engine's own go on.</summary>
    private void RefuseWhenOutboxIsFull()
    {
        if (OutboxIsFull)
            throw RefusedException.Unavailable($"{cache.Current.Outbox.Count} operations wait for the audit trail, which does not answer; nothing was changed.");
    }

    [LoggerMessage(4001, LogLevel.Warning, "The outcome of operation {OperationId} is unknown and looked up: {Reason}")]
    private partial void LogUnknown(string operationId, string reason);

    [LoggerMessage(4002, LogLevel.Warning, "The watch is behind: revision {Revision} is committed, {Known} is known.")]
    private partial void LogBehind(long revision, long known);
}
