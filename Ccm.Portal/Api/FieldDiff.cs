using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Api;

/// <summary>One field that an event changed, as deep as it differs.</summary>
/// <param name="Path">As <c>resources.memoryGb</c> or <c>versions[2].by</c>.</param>
/// <param name="Before">Null: it was not there.</param>
/// <param name="After">Null: it is gone.</param>
public sealed record FieldDiff(string Path, JsonElement? Before, JsonElement? After)
{
    /// <summary>Fields that every write changes, or that repeat what the event says itself.</summary>
    private static readonly string[] Bookkeeping = ["revision", "createdAt", "createdBy", "operationId", "lastTransition", "updatedAt"];

    public bool IsAdded => Before is null;

    public bool IsRemoved => After is null;

    /// <summary>Whether it is a time that changed, which says little by itself.</summary>
    public bool IsTime => (After ?? Before) is { ValueKind: JsonValueKind.String } value && Times.TryRead(value.GetString(), out _);

    public bool IsBookkeeping => Bookkeeping.Contains(Field);

    /// <summary>Of the object itself: <c>resources</c>, however deep in it.</summary>
    private string Field => Path.Split('.', '[')[0];

    /// <summary>The path as people read it: <c>Resources › Memory GB</c>. Nothing is created twice: where that differs, each revision was saved by itself.</summary>
    public string Name => Path is "createdAt" or "createdBy" && !IsAdded && !IsRemoved ? $"Saved {Path[^2..].ToLowerInvariant()}" : string.Join(" › ", Path.Replace("[", ".#", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.').Select(Spell));

    /// <summary>What a list gained and lost; null when it is no list of plain values on both sides.</summary>
    public (ImmutableArray<string> Gained, ImmutableArray<string> Lost)? Elements => Before is { ValueKind: JsonValueKind.Array } before && After is { ValueKind: JsonValueKind.Array } after
        ? (Without(after, before), Without(before, after)) : null;

    /// <summary>The change in one line.</summary>
    public string InWords => Elements is { Gained: var gained, Lost: var lost } && gained.Length + lost.Length > 0
        ? $"{Name}:{string.Concat(gained.Select(item => $" +{item}"))}{string.Concat(lost.Select(item => $" −{item}"))}"
        : $"{Name}: {(Before is { } was ? Say(was) : "none")} → {(After is { } now ? Say(now) : "none")}";

    /// <summary>Every difference that an event's data tells, what people care for first.</summary>
    public static ImmutableArray<FieldDiff> Of(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("changes", out var changes) || changes.ValueKind != JsonValueKind.Array)
            return [];
        var found = new List<FieldDiff>();
        foreach (var change in changes.EnumerateArray().Where(change => change.ValueKind == JsonValueKind.Object && change.TryGetProperty("field", out _)))
            Walk(found, change.GetProperty("field").ToString(), Side(change, "before"), Side(change, "after"));
        return [.. found.OrderBy(diff => diff.IsBookkeeping)];
    }

    /// <summary>Every difference between two records, in the order of their fields.</summary>
    /// <param name="without">Fields of theirs that nobody asks for.</param>
    public static ImmutableArray<FieldDiff> Between<T>(T before, T after, params IReadOnlyCollection<string> without)
    {
        var found = new List<FieldDiff>();
        Walk(found, "", JsonSerializer.SerializeToElement(before, DomainJson.Options), JsonSerializer.SerializeToElement(after, DomainJson.Options));
        return [.. found.Where(diff => !without.Contains(diff.Field))];
    }

    /// <summary>A value as people read it.</summary>
    public static string Say(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Null or JsonValueKind.Undefined => "none",
        JsonValueKind.String when Times.TryRead(value.GetString(), out var time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture),
        JsonValueKind.String when value.GetString() is { Length: > 0 } text => text,
        JsonValueKind.String => "empty",
        JsonValueKind.Array when value.GetArrayLength() == 0 => "none",
        JsonValueKind.Array when IsPlain(value) => string.Join(", ", value.EnumerateArray().Select(Say)),
        _ => value.GetRawText(),
    };

    private static void Walk(List<FieldDiff> found, string path, JsonElement? before, JsonElement? after)
    {
        if (before is { } was && after is { } now && JsonElement.DeepEquals(was, now))
            return;
        if (Is(before, JsonValueKind.Object, after) && Is(after, JsonValueKind.Object, before))
        {
            foreach (var name in Names(before).Union(Names(after)))
                Walk(found, path.Length == 0 ? name : $"{path}.{name}", Side(before, name), Side(after, name));
        }
        else if (Is(before, JsonValueKind.Array, after) && Is(after, JsonValueKind.Array, before) && (!IsPlain(before) || !IsPlain(after)))
        {
            for (var n = 0; n < Math.Max(Length(before), Length(after)); n++)
                Walk(found, string.Create(CultureInfo.InvariantCulture, $"{path}[{n + 1}]"), At(before, n), At(after, n));
        }
        else if (before is not null || after is not null)
        {
            found.Add(new FieldDiff(path, before, after));
        }
    }

    /// <summary>Whether one side is of that kind, or absent while the other is there.</summary>
    private static bool Is(JsonElement? side, JsonValueKind kind, JsonElement? other) => side is { } value ? value.ValueKind == kind : other is not null;

    private static IEnumerable<string> Names(JsonElement? side) => side is { } value ? value.EnumerateObject().Select(field => field.Name) : [];

    private static JsonElement? Side(JsonElement? side, string name) =>
        side is { } value && value.TryGetProperty(name, out var field) && field.ValueKind != JsonValueKind.Null ? field : null;

    private static int Length(JsonElement? side) => side is { } value ? value.GetArrayLength() : 0;

    private static JsonElement? At(JsonElement? side, int n) => n < Length(side) ? side!.Value[n] : null;

    private static bool IsPlain(JsonElement? list) => list is not { } value || value.EnumerateArray().All(item => item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array));

    private static ImmutableArray<string> Without(JsonElement list, JsonElement other)
    {
        var known = other.EnumerateArray().Select(Say).ToHashSet(StringComparer.Ordinal);
        return [.. list.EnumerateArray().Select(Say).Where(item => !known.Contains(item))];
    }

    /// <summary><c>memoryGb</c> is Memory GB.</summary>
    private static string Spell(string name)
    {
        var spelt = new StringBuilder(name.Length + 8);
        for (var n = 0; n < name.Length; n++)
        {
            if (n == 0)
                spelt.Append(char.ToUpperInvariant(name[n]));
            else if (char.IsUpper(name[n]))
                spelt.Append(' ').Append(char.ToLowerInvariant(name[n]));
            else
                spelt.Append(name[n]);
        }
        return spelt.ToString().Replace(" gb", " GB", StringComparison.Ordinal);
    }
}
