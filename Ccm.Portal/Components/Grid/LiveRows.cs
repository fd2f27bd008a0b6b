using System.Collections.Immutable;

namespace Ccm.Portal.Components.Grid;

/// <summary>Which rows are shown, in which order, and as what each is counted.</summary>
/// <param name="Order">Total: no two rows are equal in it.</param>
/// <param name="CountedAs">Null: it is not.</param>
public sealed record RowRule<TRow>(Func<TRow, bool> Shows, IComparer<TRow> Order, Func<TRow, string?> CountedAs);

/// <summary>
/// The rows of a table as a rule shows them, and the counts of all of them. Immutable. A change of k rows costs k times the logarithm
/// of their number, as does finding a row by its place or a place by its row: the tree knows how many rows are below each of its nodes.
/// </summary>
public sealed class LiveRows<TRow> where TRow : class
{
    private readonly RowRule<TRow> _rule;

    internal LiveRows(RowRule<TRow> rule, ImmutableSortedSet<TRow> shown, ImmutableDictionary<string, int> counts, int total) =>
        (_rule, Shown, Counts, Total) = (rule, shown, counts, total);

    /// <summary>What the rule shows, in its order.</summary>
    public ImmutableSortedSet<TRow> Shown { get; }

    /// <summary>How many rows there are of each kind that is counted, shown or not; a kind without rows is not in it.</summary>
    public ImmutableDictionary<string, int> Counts { get; }

    /// <summary>All rows, shown or not.</summary>
    public int Total { get; }

    /// <summary>The same after some rows have changed; itself when none of them really did.</summary>
    /// <param name="changes">Each row as it was and as it is; null: it was not, or is not any more.</param>
    public LiveRows<TRow> With(IEnumerable<(TRow? Before, TRow? After)> changes)
    {
        ImmutableSortedSet<TRow>.Builder? shown = null;
        ImmutableDictionary<string, int>.Builder? counts = null;
        var total = Total;
        foreach (var (before, after) in changes.Where(change => !Equals(change.Before, change.After)))
        {
            shown ??= Shown.ToBuilder();
            counts ??= Counts.ToBuilder();
            if (before is not null)
            {
                shown.Remove(before);
                Count(before, -1);
            }
            if (after is not null)
            {
                if (_rule.Shows(after))
                    shown.Add(after);
                Count(after, 1);
            }
        }
        return shown is null ? this : new LiveRows<TRow>(_rule, shown.ToImmutable(), counts!.ToImmutable(), total);

        void Count(TRow row, int by)
        {
            total += by;
            if (_rule.CountedAs(row) is not { } kind)
                return;
            var left = counts!.GetValueOrDefault(kind) + by;
            if (left == 0)
                counts.Remove(kind);
            else
                counts[kind] = left;
        }
    }
}

/// <summary>Makes rows anew, which costs as much as there are.</summary>
public static class LiveRows
{
    public static LiveRows<TRow> Of<TRow>(IEnumerable<TRow> all, RowRule<TRow> rule) where TRow : class
    {
        var rows = all.ToList();
        var counts = rows.Select(rule.CountedAs).OfType<string>().CountBy(kind => kind).ToImmutableDictionary();
        return new LiveRows<TRow>(rule, ImmutableSortedSet.CreateRange(rule.Order, rows.Where(rule.Shows)), counts, rows.Count);
    }
}
