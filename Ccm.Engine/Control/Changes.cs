using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ccm.Engine.Control;

/// <summary>One field that changed; null on a side where it was absent.</summary>
public sealed record FieldChange(string Field, JsonNode? Before, JsonNode? After);

/// <summary>The top-level fields in which two records differ: what an audit event carries, as an array of <see cref="FieldChange"/>.</summary>
internal static class Changes
{
    /// <summary>Compares byte by byte what both were written as, so that nothing is read into objects.</summary>
    /// <param name="before">A JSON object as <see cref="Domain.DomainJson"/> writes it; empty: it did not exist.</param>
    /// <param name="after">The same; empty: it is gone.</param>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        var (left, right) = (Fields(before), Fields(after));
        json.WriteStartArray();
        foreach (var field in left)
        {
            var now = Find(right, after, before[field.Name]);
            if (now is null)
                WriteField(json, before[field.Name], before[field.Value], []);
            else if (!before[field.Value].SequenceEqual(after[now.Value.Value]))
                WriteField(json, before[field.Name], before[field.Value], after[now.Value.Value]);
        }
        foreach (var field in right)
        {
            if (Find(left, before, after[field.Name]) is null)
                WriteField(json, after[field.Name], [], after[field.Value]);
        }
        json.WriteEndArray();
    }

    private static void WriteField(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        json.WriteStartObject();
        json.WriteString("field"u8, name);
        if (!before.IsEmpty)
        {
            json.WritePropertyName("before"u8);
            json.WriteRawValue(before, skipInputValidation: true);
        }
        if (!after.IsEmpty)
        {
            json.WritePropertyName("after"u8);
            json.WriteRawValue(after, skipInputValidation: true);
        }
        json.WriteEndObject();
    }

    /// <summary>Where each field's name (without quotes) and value stand.</summary>
    private static List<(Range Name, Range Value)> Fields(ReadOnlySpan<byte> written)
    {
        var fields = new List<(Range, Range)>(32);
        if (written.IsEmpty)
            return fields;
        var reader = new Utf8JsonReader(written);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = (int)reader.TokenStartIndex + 1;
            var nameEnd = name + reader.ValueSpan.Length;
            reader.Read();
            var value = (int)reader.TokenStartIndex;
            reader.Skip();
            fields.Add((name..nameEnd, value..(int)reader.BytesConsumed));
        }
        return fields;
    }

    private static (Range Name, Range Value)? Find(List<(Range Name, Range Value)> fields, ReadOnlySpan<byte> written, ReadOnlySpan<byte> name)
    {
        foreach (var field in fields)
        {
            if (written[field.Name].SequenceEqual(name))
                return field;
        }
        return null;
    }
}
