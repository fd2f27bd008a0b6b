using System.Collections.Immutable;

namespace Ccm.Portal.Components.Grid;

/// <summary>
/// The columns that a person chose, by table. The browser keeps them in a cookie, so that the first paint has them; while the circuit
/// lasts they are kept here.
/// </summary>
public sealed class ChosenColumns
{
    public const string Cookie = "ccm-columns";

    private readonly SortedDictionary<string, ImmutableArray<string>> _chosen = new(StringComparer.Ordinal);

    /// <summary>For the cookie: <c>table:key.key|table:key</c>.</summary>
    public string Text => string.Join('|', _chosen.Select(pair => $"{pair.Key}:{string.Join('.', pair.Value)}"));

    /// <summary>Takes over what a cookie says; nonsense in it is of no table or no column.</summary>
    public void Read(string text)
    {
        foreach (var part in text.Split('|').Select(part => part.Split(':')).Where(part => part.Length == 2))
            _chosen[part[0]] = [.. part[1].Split('.')];
    }

    public void Choose(string table, ImmutableArray<string> keys) => _chosen[table] = keys;

    public void Forget(string table) => _chosen.Remove(table);

    /// <summary>The columns to show, in the table's order; at least one.</summary>
    public ImmutableArray<GridColumn<TRow>> Of<TRow>(GridTable<TRow> table) where TRow : class =>
        _chosen.TryGetValue(table.Name, out var keys) && table.Columns.Where(column => keys.Contains(column.Key)).ToImmutableArray() is { IsEmpty: false } chosen
            ? chosen : [.. table.Columns.Where(column => !column.Hidden)];
}
