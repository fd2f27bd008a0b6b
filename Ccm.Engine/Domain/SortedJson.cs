using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Ccm.Engine.Domain;

/// <summary>JSON for comparing: the same for what says the same, whatever its layout and order of fields.</summary>
public static class SortedJson
{
    public static string Text(JsonElement value)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
            Write(json, value);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    public static void Write(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var field in Sorted(value))
                {
                    var name = JsonMarshal.GetRawUtf8PropertyName(field);
                    if (IsPlain(name))
                        json.WritePropertyName(name);
                    else
                        json.WritePropertyName(field.Name);
                    Write(json, field.Value);
                }
                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(json, item);
                json.WriteEndArray();
                break;
            case JsonValueKind.Undefined:
                json.WriteNullValue();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private static List<JsonProperty> Sorted(JsonElement value)
    {
        var fields = new List<JsonProperty>(value.GetPropertyCount());
        fields.AddRange(value.EnumerateObject());
        for (var n = 1; n < fields.Count; n++)
        {
            if (Compare(fields[n - 1], fields[n]) > 0)
                return [.. fields.Order(Comparer<JsonProperty>.Create(Compare))];
        }
        return fields;
    }

    /// <summary>Ordinal by UTF-16, which is that of the bytes while both are plain.</summary>
    private static int Compare(JsonProperty left, JsonProperty right)
    {
        var one = JsonMarshal.GetRawUtf8PropertyName(left);
        var other = JsonMarshal.GetRawUtf8PropertyName(right);
        return IsPlain(one) && IsPlain(other) ? one.SequenceCompareTo(other) : string.CompareOrdinal(left.Name, right.Name);
    }

    /// <summary>ASCII without an escape.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> name) => Ascii.IsValid(name) && !name.Contains((byte)'\\');
}
