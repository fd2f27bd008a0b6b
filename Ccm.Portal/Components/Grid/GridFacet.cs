using System.Collections.Immutable;

namespace Ccm.Portal.Components.Grid;

/// <summary>Something by which rows are picked: only those whose value is one of the chosen ones are shown.</summary>
/// <param name="Key">Its name in addresses.</param>
/// <param name="Value">Null: the row has none, and is shown only while nothing is chosen.</param>
public sealed record GridFacet<TRow>(string Key, string Title, Func<TRow, string?> Value)
{
    /// <summary>All values there are, in their order; anything else in an address is ignored. Empty: any text may be one.</summary>
    public ImmutableArray<string> Known { get; init; } = [];

    /// <summary>Its values follow from <see cref="GridTable{TRow}.AsOf"/> too, not from the row alone.</summary>
    public bool FollowsAsOf { get; init; }

    /// <summary>Rows of this value are shown only when it is chosen; null: all are.</summary>
    public string? HiddenUnlessChosen { get; init; }

    /// <summary>The known value meant by a text of an address; null: none.</summary>
    public string? Read(string text) => Known.IsEmpty ? text : Known.FirstOrDefault(value => value.Equals(text, StringComparison.OrdinalIgnoreCase));

    public bool Shows(TRow row, ImmutableArray<string> chosen) => chosen.IsDefaultOrEmpty
        ? HiddenUnlessChosen is null || Value(row) != HiddenUnlessChosen
        : Value(row) is { } value && chosen.Contains(value, StringComparer.OrdinalIgnoreCase);
}

/// <summary>Makes what facets are of.</summary>
public static class GridFacet
{
    /// <summary>An enumeration's values, in capitals as everywhere else.</summary>
    public static ImmutableArray<string> Capitals<TEnum>() where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Select(Api.Query.Capitals)];
}
