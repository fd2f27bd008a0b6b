using System.Globalization;
using System.Text.Json;
using MongoDB.Bson;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>
/// JSON as BSON and back. An object becomes a document, so that MongoDB's own queries reach into it; whole numbers become Int64 and all
/// others Decimal128, which keeps 1.50 apart from 1.5, as the hash chain does. What BSON would not give back just so stays text.
/// </summary>
internal static class BsonJson
{
    public static BsonValue Write(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Undefined => "null",
        JsonValueKind.Object when ValueOf(json) is { } document => document,
        _ => json.GetRawText(),
    };

    /// <summary>The same value; an object's layout and escapes may be others than it was given with.</summary>
    public static JsonElement Read(BsonValue bson)
    {
        if (bson.IsString)
        {
            using var text = JsonDocument.Parse(bson.AsString);
            return text.RootElement.Clone();
        }
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
            WriteValue(json, bson);
        using var document = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
        return document.RootElement.Clone();
    }

    /// <summary>Null when BSON cannot hold it as it is.</summary>
    private static BsonValue? ValueOf(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var document = new BsonDocument();
                foreach (var field in json.EnumerateObject())
                {
                    if (!IsPlain(field.Name) || document.Contains(field.Name) || ValueOf(field.Value) is not { } value)
                        return null;
                    document.Add(field.Name, value);
                }
                return document;
            case JsonValueKind.Array:
                var array = new BsonArray();
                foreach (var item in json.EnumerateArray())
                {
                    if (ValueOf(item) is not { } value)
                        return null;
                    array.Add(value);
                }
                return array;
            case JsonValueKind.String:
                return json.GetString();
            case JsonValueKind.Number:
                return NumberOf(json.GetRawText());
            case JsonValueKind.True or JsonValueKind.False:
                return json.GetBoolean();
            default:
                return BsonNull.Value;
        }
    }

    /// <summary>A name that no server takes for an operator or a path.</summary>
    private static bool IsPlain(string name) => name.Length > 0 && name[0] != '$' && name.AsSpan().IndexOfAny('.', '\0') < 0;

    private static BsonValue? NumberOf(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && whole.ToString(CultureInfo.InvariantCulture) == text)
            return whole;
        return Decimal128.TryParse(text, out var exact) && exact.ToString() == text ? exact : null;
    }

    private static void WriteValue(Utf8JsonWriter json, BsonValue bson)
    {
        switch (bson)
        {
            case BsonDocument document:
                json.WriteStartObject();
                foreach (var field in document)
                {
                    json.WritePropertyName(field.Name);
                    WriteValue(json, field.Value);
                }
                json.WriteEndObject();
                break;
            case BsonArray array:
                json.WriteStartArray();
                foreach (var item in array)
                    WriteValue(json, item);
                json.WriteEndArray();
                break;
            case BsonString text:
                json.WriteStringValue(text.Value);
                break;
            case BsonBoolean flag:
                json.WriteBooleanValue(flag.Value);
                break;
            case BsonNull:
                json.WriteNullValue();
                break;
            default:
                json.WriteRawValue(bson.ToString()!);
                break;
        }
    }
}
