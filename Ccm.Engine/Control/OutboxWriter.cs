using System.Buffers;
using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Domain;

namespace Ccm.Engine.Control;

/// <summary>Writes the events of one operation, of which a batch has dozens, as the <see cref="OutboxEntry"/> that is read again.</summary>
internal sealed class OutboxWriter(Operation operation, Actor actor, DateTimeOffset now)
{
    private readonly ArrayBufferWriter<byte> _events = new(1024);

    public bool IsEmpty => _events.WrittenCount == 0;

    /// <param name="before">As written; empty when it did not exist.</param>
    /// <param name="after">As written; empty when it is gone.</param>
    public void Add(string type, string subject, string reason, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        _events.Write(IsEmpty ? "["u8 : ","u8);
        using var json = new Utf8JsonWriter(_events, DomainJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString("subject"u8, subject);
        json.WriteString("time"u8, now);
        json.WriteString("actor"u8, actor.Id);
        json.WriteStartObject("data"u8);
        json.WriteString("reason"u8, reason);
        json.WriteString("actorName"u8, actor.Name);
        WriteRoles(json);
        if (actor.ByRest)
            json.WriteString("via"u8, "rest"u8);
        WriteRequestHash(json);
        json.WritePropertyName("changes"u8);
        Changes.Write(json, before, after);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The whole entry; nothing is added any more.</summary>
    public byte[] Close()
    {
        _events.Write(IsEmpty ? "[]"u8 : "]"u8);
        var entry = new ArrayBufferWriter<byte>(_events.WrittenCount + 128);
        using (var json = new Utf8JsonWriter(entry, DomainJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("operationId"u8, operation.Id);
            WriteRequestHash(json);
            json.WritePropertyName("events"u8);
            json.WriteRawValue(_events.WrittenSpan, skipInputValidation: true);
            json.WriteEndObject();
        }
        return entry.WrittenSpan.ToArray();
    }

    /// <summary>As whom a person did it: their roles may be others later. The engine has none to tell.</summary>
    private void WriteRoles(Utf8JsonWriter json)
    {
        if (actor.IsEngine || actor.Roles.IsEmpty)
            return;
        json.WriteStartArray("actorRoles"u8);
        foreach (var role in actor.Roles)
            json.WriteStringValue(role.ToString().ToLowerInvariant());
        json.WriteEndArray();
    }

    private void WriteRequestHash(Utf8JsonWriter json)
    {
        if (operation.RequestHash is not null)
            json.WriteString("requestHash"u8, operation.RequestHash);
    }
}
