using System.Collections.Immutable;
using System.Text.Json;

namespace Ccm.Portal.Api;

/// <summary>What a field takes, in words for the one who sent something else.</summary>
internal static class JsonWords
{
    public static string Of(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return "one of " + string.Join(", ", Enum.GetNames(type).Select(name => JsonNamingPolicy.SnakeCaseUpper.ConvertName(name)));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            return "a list of which each is " + Of(type.GenericTypeArguments[0]);
        return type == typeof(string) ? "text"
            : type == typeof(bool) ? "true or false"
            : type == typeof(int) ? $"a whole number from {int.MinValue} to {int.MaxValue}"
            : type == typeof(decimal) ? "a number"
            : type == typeof(DateTimeOffset) ? $"a time with its offset, as in \"{Times.Example}\""
            : "an object";
    }

    /// <summary>A value as it was sent, cut short.</summary>
    public static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length > 60 ? text[..60] + "…" : text;
    }
}
