using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;

namespace Ccm.Engine.Auditing;

/// <summary>The hash chain over the audit trail: each event's hash covers the one before it.</summary>
public static class AuditChain
{
    /// <summary>The events of outbox entries in order of their revisions, chained onto <paramref name="head"/>.</summary>
    public static ImmutableArray<AuditEvent> Link(AuditHead head, IEnumerable<(OutboxEntry Entry, long Revision)> entries)
    {
        var events = ImmutableArray.CreateBuilder<AuditEvent>();
        foreach (var (entry, revision) in entries.OrderBy(e => e.Revision).ThenBy(e => e.Entry.OperationId, StringComparer.Ordinal))
        {
            for (var n = 0; n < entry.Events.Length; n++)
            {
                var source = entry.Events[n];
                var linked = new AuditEvent(
                    string.Create(CultureInfo.InvariantCulture, $"{entry.OperationId}-{n}"), source.Type, source.Subject, source.Time, source.Actor,
                    source.Data, entry.OperationId, revision, head.Sequence + 1, head.Hash, "");
                linked = linked with { Hash = HashOf(linked) };
                events.Add(linked);
                head = new AuditHead(linked.Sequence, linked.Hash);
            }
        }
        return events.ToImmutable();
    }

    /// <summary>
    /// SHA-256, lower-case hex, over every field but the hash itself, as one JSON list: no two events that differ are written alike. Its
    /// data counts for what it says, whatever layout and order of fields a document store keeps it in.
    /// </summary>
    public static string HashOf(AuditEvent audited)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            json.WriteStringValue(audited.PreviousHash);
            json.WriteNumberValue(audited.Sequence);
            json.WriteStringValue(audited.Id);
            json.WriteStringValue(audited.Type);
            json.WriteStringValue(audited.Subject);
            json.WriteStringValue(audited.Time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
            json.WriteStringValue(audited.Actor);
            json.WriteStringValue(audited.OperationId);
            json.WriteNumberValue(audited.Revision);
            SortedJson.Write(json, audited.Data);
            json.WriteEndArray();
        }
        return Convert.ToHexStringLower(SHA256.HashData(bytes.WrittenSpan));
    }

    /// <summary>Why <paramref name="events"/>, oldest first, are no whole chain after <paramref name="previous"/>; null when they are.</summary>
    /// <param name="previous">The event before the first, or null when it is the oldest kept.</param>
    public static string? Verify(AuditEvent? previous, IEnumerable<AuditEvent> events)
    {
        foreach (var current in events)
        {
            if (previous is null && current.Sequence == AuditHead.Start.Sequence + 1 && current.PreviousHash != AuditHead.Start.Hash)
                return $"Event {current.Sequence} is the first of all, and yet it continues another.";
            if (previous is not null && current.Sequence != previous.Sequence + 1)
                return $"Event {current.Sequence} follows {previous.Sequence}: some are missing between.";
            if (previous is not null && current.PreviousHash != previous.Hash)
                return $"Event {current.Sequence} does not continue event {previous.Sequence}: one of the two was changed.";
            if (HashOf(current) != current.Hash)
                return $"Event {current.Sequence} was changed after it was written.";
            previous = current;
        }
        return null;
    }
}
