using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Domain;

namespace Ccm.Engine.Auditing;

/// <summary>The events of one operation, committed with the change itself and kept until they stand in the audit trail.</summary>
/// <param name="RequestHash">Of the request's body when the caller gave an idempotency key, so that another body is told apart.</param>
public sealed record OutboxEntry(string OperationId, string? RequestHash, ImmutableArray<OutboxEvent> Events)
{
    /// <exception cref="JsonException">It is none, or lacks what the trail needs of it.</exception>
    public static OutboxEntry Read(ReadOnlySpan<byte> utf8)
    {
        var entry = DomainJson.Read<OutboxEntry>(utf8);
        return entry is { OperationId: not null, Events.IsDefault: false } && entry.Events.All(told => told is { Type: not null, Subject: not null, Actor: not null, Data.ValueKind: JsonValueKind.Object })
            ? entry : throw new JsonException("It lacks its operation's id, its events, or a field of one of them.");
    }
}

/// <param name="Type">As <c>ccm.lablet.instance.scheduled</c>.</param>
/// <param name="Subject">As <c>instances/{id}</c>.</param>
/// <param name="Data">Reason, before and after of what changed.</param>
public sealed record OutboxEvent(string Type, string Subject, DateTimeOffset Time, string Actor, JsonElement Data);

/// <summary>The last event of the chain, under <c>/ccm/audit/head</c>.</summary>
public sealed record AuditHead(long Sequence, string Hash)
{
    public static readonly AuditHead Start = new(0, "");

    /// <exception cref="JsonException">It is none.</exception>
    public static AuditHead Read(ReadOnlySpan<byte> utf8) =>
        DomainJson.Read<AuditHead>(utf8) is { Sequence: >= 0, Hash: not null } head ? head : throw new JsonException("It lacks its sequence or hash.");
}
