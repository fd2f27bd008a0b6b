using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Ccm.Portal.Components.Grid;

/// <summary>What of a table is shown and in which order. It stands in the page's address.</summary>
/// <param name="Text">Searched for; empty: anything.</param>
/// <param name="Chosen">By facet; a facet of which nothing is chosen is not in it.</param>
/// <param name="Sort">A column's key; null: the table's own order.</param>
/// <param name="Descending">Of no meaning while <paramref name="Sort"/> is null.</param>
public sealed record GridQuery(string Text, ImmutableSortedDictionary<string, ImmutableArray<string>> Chosen, string? Sort, bool Descending)
{
    private const int LongestText = 200;
    private const int MostChosen = 50;

    public static readonly GridQuery All = new("", ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty, null, false);

    public bool IsFiltered => Text.Length > 0 || !Chosen.IsEmpty;

    /// <summary>The same for all that show the same rows, in whatever order.</summary>
    public string Filter => (this with { Sort = null, Descending = false }).Address;

    /// <summary>The same for all who look at the same; as the query of an address.</summary>
    public string Address => string.Join('&', Parameters().Select(parameter => $"{parameter.Key}={Uri.EscapeDataString(parameter.Value)}"));

    public ImmutableArray<string> ChosenOf(string facet) => Chosen.GetValueOrDefault(facet, []);

    /// <summary>The same with this value of the facet chosen if it is not, and not if it is.</summary>
    public GridQuery Toggle(string facet, string value)
    {
        var chosen = ChosenOf(facet);
        return Choose(facet, chosen.Contains(value) ? chosen.Remove(value) : chosen.Add(value));
    }

    public GridQuery Choose(string facet, ImmutableArray<string> values) =>
        this with { Chosen = values.IsEmpty ? Chosen.Remove(facet) : Chosen.SetItem(facet, [.. values.Distinct().Order(StringComparer.Ordinal)]) };

    /// <summary>From the query of an address; what makes no sense counts as not there.</summary>
    public static GridQuery Read<TRow>(GridTable<TRow> table, string query) where TRow : class
    {
        var given = QueryHelpers.ParseQuery(query);
        var read = All;
        if (given.TryGetValue("q", out var text) && text[0] is { Length: > 0 and <= LongestText } searched)
            read = read with { Text = searched };
        foreach (var facet in table.Facets.Where(facet => given.ContainsKey(facet.Key)))
        {
            var values = given[facet.Key].SelectMany(value => Split(value ?? ""));
            read = read.Choose(facet.Key, [.. values.Where(value => value.Length <= LongestText).Select(facet.Read).OfType<string>().Take(MostChosen)]);
        }
        var sort = table.Columns.FirstOrDefault(column => column.Order is not null && column.Key.Equals(given.GetValueOrDefault("sort"), StringComparison.OrdinalIgnoreCase))?.Key;
        return read with { Sort = sort, Descending = sort is not null && given.GetValueOrDefault("order") == "desc" };
    }

    /// <summary>For an address: null takes away.</summary>
    public IReadOnlyDictionary<string, object?> ParametersFor<TRow>(GridTable<TRow> table) where TRow : class
    {
        var given = Parameters().ToDictionary(parameter => parameter.Key, parameter => (object?)parameter.Value);
        foreach (var name in table.Facets.Select(facet => facet.Key).Concat(["q", "sort", "order"]))
            given.TryAdd(name, null);
        return given;
    }

    /// <summary>A comma stands between values; one that is part of a value, as in names of a directory, has a backslash before it.</summary>
    private static string Escape(string value) => value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(",", @"\,", StringComparison.Ordinal);

    private static IEnumerable<string> Split(string values)
    {
        var value = new StringBuilder();
        for (var n = 0; n <= values.Length; n++)
        {
            if (n == values.Length || values[n] == ',')
            {
                if (value.ToString().Trim() is { Length: > 0 } whole)
                    yield return whole;
                value.Clear();
                continue;
            }
            // Before anything else a backslash is itself.
            if (values[n] == '\\' && n + 1 < values.Length && values[n + 1] is ',' or '\\')
                n++;
            value.Append(values[n]);
        }
    }

    private IEnumerable<KeyValuePair<string, string>> Parameters()
    {
        if (Text.Length > 0)
            yield return new("q", Text);
        foreach (var (facet, values) in Chosen)
            yield return new(facet, string.Join(',', values.Select(Escape)));
        if (Sort is null)
            yield break;
        yield return new("sort", Sort);
        yield return new("order", Descending ? "desc" : "asc");
    }
}
