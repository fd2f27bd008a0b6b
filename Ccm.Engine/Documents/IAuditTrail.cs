using System.Collections.Immutable;
using System.Text.Json;

namespace Ccm.Engine.Documents;

/// <summary>A CloudEvent 1.0 of source <c>/ccm</c> as it stands in the trail.</summary>
/// <param name="Id">Unique; operation id and number within it.</param>
/// <param name="Subject">The resource: <c>instances/{id}</c>, <c>workers/{id}</c>, <c>definitions/{name}</c>, <c>templates/{name}</c>…</param>
/// <param name="Data">Actor, reason, before/after of what changed.</param>
/// <param name="OperationId">The mutation that caused it.</param>
/// <param name="Revision">The state store's revision of that mutation.</param>
/// <param name="Sequence">Place in the chain, from 1, without gaps.</param>
/// <param name="PreviousHash">Hash of the event before, empty for the first.</param>
/// <param name="Hash">SHA-256 over <paramref name="PreviousHash"/> and all other fields, lower-case hex.</param>
public sealed record AuditEvent(
    string Id, string Type, string Subject, DateTimeOffset Time, string Actor, JsonElement Data,
    string OperationId, long Revision, long Sequence, string PreviousHash, string Hash);

/// <param name="Subject">The whole of it; one that ends with <c>/*</c>: all of that kind.</param>
/// <param name="Type">The whole of it; one that ends with <c>.*</c>: all that begin so.</param>
/// <param name="Actor">The id of who caused it, or the name that they had then.</param>
/// <param name="Text">Found in type, subject, actor, the actor's name or the reason, case-insensitive. No index helps; give a time with it.</param>
/// <param name="Before">Only events with a lower sequence: the cursor of the next page.</param>
/// <param name="After">Only events with a higher sequence: what came since.</param>
/// <param name="Via">By whom and which way. No index helps to find people and REST; where there are few such events, give a time with it.</param>
public sealed record AuditQuery(
    string? Subject = null, string? Type = null, string? Actor = null, string? Text = null, string? OperationId = null,
    DateTimeOffset? From = null, DateTimeOffset? Until = null, long? Before = null, int Limit = 100, long? After = null, AuditVia? Via = null)
{
    /// <summary>Where the ids of CCM's own parts begin and end, ordinally.</summary>
    internal static readonly (string From, string Until) EngineIds = Beginning(Domain.Actor.Engine("*").Id)!.Value;

    /// <summary>From where and up to where, ordinally, texts begin as <paramref name="pattern"/> does before its star; null when it has none.</summary>
    internal static (string From, string Until)? Beginning(string pattern) =>
        pattern is [.., '/' or '.', '*'] ? (pattern[..^1], pattern[..^2] + (char)(pattern[^2] + 1)) : null;
}

/// <summary>Who did it, and which way; each event is of one of them.</summary>
public enum AuditVia
{
    /// <summary>A person in the portal; or by REST, before events told that, with no <c>Idempotency-Key</c>.</summary>
    Person,

    /// <summary>A person or a program by the REST interface.</summary>
    Rest,

    /// <summary>A part of CCM itself.</summary>
    Engine,
}

/// <summary>The audit trail. Whatever is unreachable throws <see cref="DocumentsUnavailableException"/>.</summary>
public interface IAuditTrail
{
    /// <summary>
    /// Writes events by id; one that is there already with the same hash is left as it is. Durable on a majority when it returns.
    /// </summary>
    /// <exception cref="AuditConflictException">The id or the sequence is taken by another event: the chain forked.</exception>
    Task AppendAsync(ImmutableArray<AuditEvent> events, CancellationToken cancellationToken);

    /// <summary>Newest first.</summary>
    /// <exception cref="QueryTooSlowException">It looks at too many events.</exception>
    Task<ImmutableArray<AuditEvent>> QueryAsync(AuditQuery query, CancellationToken cancellationToken);

    /// <summary>From a sequence on, oldest first, for verifying the chain.</summary>
    Task<ImmutableArray<AuditEvent>> ReadChainAsync(long fromSequence, int limit, CancellationToken cancellationToken);

    /// <summary>Forgets events older than <paramref name="before"/>; what remains still verifies from its first event on.</summary>
    Task ExpireAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>The store gave up a question that takes it too long. It answers others.</summary>
public sealed class QueryTooSlowException(Exception inner) : Exception("The question takes the document store too long.", inner);

/// <summary>Another event has that id or sequence.</summary>
public sealed class AuditConflictException(string message) : Exception(message);
