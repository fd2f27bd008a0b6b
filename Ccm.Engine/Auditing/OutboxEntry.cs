using System.Collections.Immutable;
using System.Text.Json;

namespace Ccm.Engine.Auditing;

/// <summary>The events of one operation, committed with the change itself and kept until they stand in the audit trail.</summary>
/// <param name="RequestHash">Of the request's body when the caller gave an idempotency key, so that another body is told apart.</param>
public sealed record OutboxEntry(string OperationId, string? RequestHash, ImmutableArray<OutboxEvent> Events);

/// <param name="Type">As <c>ccm.lablet.instance.scheduled</c>.</param>
/// <param name="Subject">As <c>instances/{id}</c>.</param>
/// <param name="Data">Reason, before and after of what changed.</param>
public sealed record OutboxEvent(string Type, string Subject, DateTimeOffset Time, string Actor, JsonElement Data);

/// <summary>The last event of the chain, under <c>/ccm/audit/head</c>.</summary>
public sealed record AuditHead(long Sequence, string Hash)
{
    public static readonly AuditHead Start = new(0, "");
}
