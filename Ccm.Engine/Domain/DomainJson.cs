using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ccm.Engine.Domain;

/// <summary>How the domain's records are written: camelCase, states in capitals, nothing for null.</summary>
public static class DomainJson
{
    public static readonly JsonSerializerOptions Options = Create();

    /// <summary>A null where the domain has none would be found long after, by whoever reads that property first.</summary>
    private static readonly JsonSerializerOptions Reading = new(Options) { RespectNullableAnnotations = true };

    /// <summary>For what is written piece by piece, in the same way.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = Options.Encoder };

    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    /// <exception cref="JsonException">Not what <typeparamref name="T"/> looks like.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize<T>(utf8, Reading) ?? throw new JsonException($"{typeof(T).Name} is null.");

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
