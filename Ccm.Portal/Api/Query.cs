using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Ccm.Engine.Control;

namespace Ccm.Portal.Api;

/// <summary>A request's query, read strictly: a misspelt filter is refused, since ignoring it would answer another question.</summary>
internal sealed class Query
{
    private const int LongestValue = 500;
    private readonly IQueryCollection _query;

    private Query(IQueryCollection query) => _query = query;

    /// <summary>Items of a page, 1 to 1000.</summary>
    public int Limit => Number("limit", 100, 1, 1000);

    /// <exception cref="RefusedException">A name that is not known, or a value that is too long or holds control characters.</exception>
    public static Query Of(HttpRequest request, params ImmutableArray<string> known)
    {
        foreach (var (name, values) in request.Query)
        {
            if (!known.Contains(name))
                throw RefusedException.Invalid(Short(name), $"'{Short(name)}' is no parameter of this request.", known.IsEmpty ? "Give none." : $"Parameters are {string.Join(", ", known)}.");
            if (values.Any(value => value?.Length > LongestValue))
                throw RefusedException.Invalid(name, "The value is too long.", $"Give at most {LongestValue} characters.");
            if (values.Any(value => value?.Any(IsNoText) == true))
                throw RefusedException.Invalid(name, "The value holds control characters.", "Leave them out; %00 is one.");
        }
        return new Query(request.Query);
    }

    /// <summary>Whether no text for people holds it; a description may have lines and columns.</summary>
    public static bool IsNoText(char character) => char.IsControl(character) && character is not ('\t' or '\r' or '\n');

    /// <summary>The same with <c>limit</c> and <c>cursor</c>.</summary>
    public static Query OfList(HttpRequest request, params ImmutableArray<string> filters) => Of(request, ["limit", "cursor", .. filters]);

    /// <summary>Null when absent or empty.</summary>
    public string? Text(string name)
    {
        var values = _query[name];
        return values.Count > 1 ? throw RefusedException.Invalid(name, $"'{name}' is given {values.Count} times.", "Give it once.")
            : values.Count == 0 || string.IsNullOrEmpty(values[0]) ? null : values[0];
    }

    /// <summary>Null only when absent: for what is empty on purpose.</summary>
    public string? TextOrEmpty(string name) => Text(name) ?? (_query.ContainsKey(name) ? "" : null);

    /// <summary>The values asked for, each by itself or with commas between; null when absent: any.</summary>
    /// <param name="spell">How a value is written.</param>
    public ImmutableHashSet<T>? AnyOf<T>(string name, Func<T, string> spell) where T : struct, Enum
    {
        var values = _query[name].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToArray();
        return values.Length == 0 ? null : [.. values.Select(text => Read(name, text, spell))];
    }

    /// <summary>Null when absent or empty.</summary>
    /// <param name="spell">How a value is written.</param>
    public T? OneOf<T>(string name, Func<T, string> spell) where T : struct, Enum => Text(name) is { } text ? Read(name, text, spell) : null;

    /// <exception cref="RefusedException">It is no whole number from <paramref name="least"/> to <paramref name="most"/>.</exception>
    public int Number(string name, int absent, int least, int most) => Text(name) is not { } text ? absent
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw RefusedException.Invalid(name, $"'{Short(text)}' is out of range.", $"Give {least} to {most}, or nothing for {absent}.");

    public DateTimeOffset? Time(string name) => Text(name) is not { } text ? null
        : Times.TryRead(text, out var time) ? time
        : throw RefusedException.Invalid(name, $"'{Short(text)}' is no time with an offset.", $"Give one as in {Times.Example}; a '+' is written %2B.");

    public static string Capitals<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());

    private static T Read<T>(string name, string text, Func<T, string> spell) where T : struct, Enum
    {
        foreach (var known in Enum.GetValues<T>().Where(known => spell(known).Equals(text, StringComparison.OrdinalIgnoreCase)))
            return known;
        throw RefusedException.Invalid(name, $"'{Short(text)}' is no {name}.", $"Give one of {string.Join(", ", Enum.GetValues<T>().Select(spell))}.");
    }

    private static string Short(string text) => text.Length > 80 ? text[..80] + "…" : text;
}
