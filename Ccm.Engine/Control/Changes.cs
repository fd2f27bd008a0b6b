using System.Text.Json;
using System.Text.Json.Nodes;
using Ccm.Engine.Domain;

namespace Ccm.Engine.Control;

/// <summary>One field that changed; null on a side where it was absent.</summary>
public sealed record FieldChange(string Field, JsonNode? Before, JsonNode? After);

/// <summary>The top-level fields in which two records differ: what an audit event carries.</summary>
internal static class Changes
{
    public static FieldChange[] Between<T>(T? before, T? after) where T : class
    {
        var left = ToObject(before);
        var right = ToObject(after);
        return
        [
            .. left.Select(field => field.Key).Union(right.Select(field => field.Key)).Order(StringComparer.Ordinal)
                .Where(field => !JsonNode.DeepEquals(left[field], right[field]))
                .Select(field => new FieldChange(field, left[field]?.DeepClone(), right[field]?.DeepClone())),
        ];
    }

    private static JsonObject ToObject<T>(T? value) where T : class =>
        value is null ? [] : JsonSerializer.SerializeToNode(value, DomainJson.Options) as JsonObject ?? [];
}
