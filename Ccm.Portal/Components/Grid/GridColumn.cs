using System.Text.Json;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Grid;

/// <summary>One column of a table: what it says of a row, on the page and in a download.</summary>
public sealed record GridColumn<TRow>
{
    /// <summary>Its name in addresses, downloads and the cookie that remembers it.</summary>
    public required string Key { get; init; }

    public required string Title { get; init; }

    /// <summary>A text, a number, a time, yes or no; null: nothing to say. Downloads carry it as it is.</summary>
    public required Func<TRow, object?> Value { get; init; }

    /// <summary>Null: rows are not sorted by it. It must follow from the row alone, so that a row which did not change never moves.</summary>
    public Comparison<TRow>? Order { get; init; }

    /// <summary>How a cell is painted; null: the value as text.</summary>
    public RenderFragment<TRow>? Cell { get; init; }

    /// <summary>Shown only to those who chose it.</summary>
    public bool Hidden { get; init; }

    public bool Numeric { get; init; }

    /// <summary>Long texts end in an ellipsis; the whole is the cell's title.</summary>
    public bool Clipped { get; init; }

    /// <summary>The search looks into it.</summary>
    public bool Searched { get; init; }
}

/// <summary>Makes columns.</summary>
public static class GridColumn
{
    /// <summary>A column that is sorted by what it says: texts by their characters, what says nothing first.</summary>
    public static GridColumn<TRow> Of<TRow, TValue>(string title, Func<TRow, TValue> value) => Of(title, value, value);

    /// <summary>A column that is sorted by something else than it says, such as a state by its place on the way.</summary>
    public static GridColumn<TRow> Of<TRow, TValue, TKey>(string title, Func<TRow, TValue> value, Func<TRow, TKey> key)
    {
        var comparer = typeof(TKey) == typeof(string) ? (IComparer<TKey>)StringComparer.Ordinal : Comparer<TKey>.Default;
        return new GridColumn<TRow>
        {
            Key = JsonNamingPolicy.CamelCase.ConvertName(string.Concat(title.Split(' ').Select(word => char.ToUpperInvariant(word[0]) + word[1..]))),
            Title = title,
            Value = row => value(row),
            Order = (one, other) => comparer.Compare(key(one), key(other)),
            Numeric = typeof(TValue) == typeof(int) || typeof(TValue) == typeof(decimal),
        };
    }
}
