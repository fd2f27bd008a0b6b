using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Api;

/// <summary>How the API writes and reads JSON: camelCase, states in capitals, null written out.</summary>
internal static class ApiJson
{
    /// <summary>For answers.</summary>
    public static readonly JsonSerializerOptions Answers = Create(strict: false);

    /// <summary>For request bodies: names are case-sensitive and known, numbers are numbers, times have an offset.</summary>
    public static readonly JsonSerializerOptions Bodies = Create(strict: true);

    /// <summary>Deepest nesting of a body; the deepest one that means anything has 3.</summary>
    public const int MaxDepth = 16;

    public static void Configure(JsonSerializerOptions options)
    {
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false));
    }

    private static JsonSerializerOptions Create(bool strict)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        if (strict)
        {
            options.Converters.Add(new TimeWithOffset());
            options.PropertyNameCaseInsensitive = false;
            options.NumberHandling = JsonNumberHandling.Strict;
            options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            options.RespectNullableAnnotations = true;
            options.RespectRequiredConstructorParameters = true;
            options.MaxDepth = MaxDepth;
            options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LetNestedVirtBeAbsent } };
        }
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static void LetNestedVirtBeAbsent(JsonTypeInfo type)
    {
        if (type.Type != typeof(LabResources))
            return;
        foreach (var property in type.Properties.Where(property => property.Name == "nestedVirt"))
            property.IsRequired = false;
    }

    /// <summary>A time that says where it counts from; without an offset it would depend on the server's time zone.</summary>
    private sealed class TimeWithOffset : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Times.TryRead(reader.GetString(), out var time) ? time : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
