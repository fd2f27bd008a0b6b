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

    /// <summary>Where <paramref name="events"/>, oldest first, are no whole chain after <paramref name="previous"/>; null when they are.</summary>
    /// <param name="previous">The event before the first, or null when it is the oldest kept.</param>
    public static ChainBreak? Verify(AuditEvent? previous, IEnumerable<AuditEvent> events)
    {
        foreach (var current in events)
        {
            if (Check(previous, current) is { } broken)
                return broken;
            previous = current;
        }
        return null;
    }

    /// <summary>What does not fit at one event after the one before; null when it does.</summary>
    public static ChainBreak? Check(AuditEvent? previous, AuditEvent current)
    {
        var (before, sequence) = (previous?.Sequence, current.Sequence);
        if (previous is null && sequence == AuditHead.Start.Sequence + 1 && current.PreviousHash != AuditHead.Start.Hash)
            return ChainBreak.At(current, $"Event {sequence} is the first of all, and yet it continues another.", $"Compare event {sequence} with a backup of the trail.");
        if (previous is not null && sequence != before + 1)
            return ChainBreak.At(current, $"Event {sequence} follows {before}: some are missing between.", $"Restore events {before + 1} to {sequence - 1} from a backup of the trail.");
        if (previous is not null && current.PreviousHash != previous.Hash)
            return ChainBreak.At(current, $"Event {sequence} does not continue event {before}: one of the two was changed.", $"Compare events {before} and {sequence} with a backup of the trail.");
        return HashOf(current) == current.Hash ? null
            : ChainBreak.At(current, $"Event {sequence} was changed after it was written.", $"Do not trust what it says; restore event {sequence} from a backup of the trail.");
    }
}
