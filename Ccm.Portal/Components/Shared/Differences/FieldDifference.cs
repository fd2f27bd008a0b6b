using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Components.Shared.Differences;

/// <summary>A field that two records have with different values, as people read them.</summary>
public sealed record FieldDifference(string Field, string Before, string After)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>In the order of the record's fields.</summary>
    public static ImmutableArray<FieldDifference> Between<T>(T before, T after, params IReadOnlyCollection<string> without) where T : notnull
    {
        var (left, right) = (Fields(before), Fields(after));
        return [.. left.Select(field => field.Key).Union(right.Select(field => field.Key)).Where(field => !without.Contains(field))
            .Select(field => new FieldDifference(field, Text(left[field]), Text(right[field])))
            .Where(difference => difference.Before != difference.After)];
    }

    private static JsonObject Fields<T>(T value) => JsonNode.Parse(DomainJson.Write(value))!.AsObject();

    private static string Text(JsonNode? node) => node switch
    {
        null => "–",
        JsonArray list => list.Count == 0 ? "none" : string.Join(", ", list.Select(Text)),
        JsonValue value when value.TryGetValue<string>(out var text) => text.Length == 0 ? "–" : text,
        JsonObject fields => string.Join(", ", fields.Select(field => $"{field.Key} {Text(field.Value)}")),
        _ => node.ToJsonString(Readable),
    };
}
