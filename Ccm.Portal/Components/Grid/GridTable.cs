using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Grid;

/// <summary>A table that any page may show, and anybody download: its columns, what it is filtered by, where its rows come from.</summary>
public sealed record GridTable<TRow> where TRow : class
{
    /// <summary>In the addresses of its downloads and where its chosen columns are remembered: lower case.</summary>
    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>As of when and what else it speaks of its rows, where that is not the rows' own: tables that agree in it say the same of the same row.</summary>
    public string AsOf { get; init; } = "";

    /// <summary>All that it says of a row beside what is the row's own: a row of which another table of the name says the same is not painted again. Null: nothing.</summary>
    public Func<TRow, object?>? Says { get; init; }

    public required ImmutableArray<GridColumn<TRow>> Columns { get; init; }

    /// <summary>Of a row, never of two.</summary>
    public required Func<TRow, string> Id { get; init; }

    /// <summary>What a row is now, beside its id where an act on many of them lists it.</summary>
    public Func<TRow, string> Label { get; init; } = _ => "";

    /// <summary>Key of the column that it is sorted by when nobody says otherwise.</summary>
    public required string Sort { get; init; }

    /// <summary>Whether that order is the last first.</summary>
    public bool Descending { get; init; }

    /// <summary>The first is shown as chips with counts, the others as menus.</summary>
    public ImmutableArray<GridFacet<TRow>> Facets { get; init; } = [];

    /// <summary>Where its rows are in the fleet; null: a page gives it its rows.</summary>
    public RowSource<TRow>? Source { get; init; }

    /// <summary>Placeholder of the search.</summary>
    public string SearchFor { get; init; } = "Find";

    /// <summary>The key and direction that rows are sorted by.</summary>
    public (string Key, bool Descending) SortOf(GridQuery query) => query.Sort is { } key ? (key, query.Descending) : (Sort, Descending);

    /// <summary><see cref="AsOf"/> for a query that picks rows by more than what is their own; empty for others, which every table of the name answers alike.</summary>
    public string AsOfFor(GridQuery query) => Facets.Any(facet => facet.FollowsAsOf && !query.ChosenOf(facet.Key).IsDefaultOrEmpty) ? AsOf : "";

    /// <summary>What the query shows, in its order; rows of which it says the same follow each other by id.</summary>
    public RowRule<TRow> Rule(GridQuery query)
    {
        var (key, descending) = SortOf(query);
        var order = Columns.First(column => column.Key == key).Order ?? ((_, _) => 0);
        var sign = descending ? -1 : 1;
        var searched = Columns.Where(column => column.Searched).Select(column => column.Value).ToArray();
        var chosen = Facets.Select(facet => (Facet: facet, Values: query.ChosenOf(facet.Key))).ToArray();
        return new RowRule<TRow>(Shows, Comparer<TRow>.Create((one, other) => sign * (order(one, other) is not 0 and var way ? way : string.CompareOrdinal(Id(one), Id(other)))),
            Facets.IsEmpty ? _ => null : Facets[0].Value);

        bool Shows(TRow row)
        {
            foreach (var (facet, values) in chosen)
            {
                if (!facet.Shows(row, values))
                    return false;
            }
            return query.Text.Length == 0 || Array.Exists(searched, value => value(row) is string text && text.Contains(query.Text, StringComparison.OrdinalIgnoreCase));
        }
    }
}

/// <summary>Rows that follow the live state.</summary>
/// <param name="Ids">Of all rows.</param>
/// <param name="Find">The row of that id; null: there is none. Called again, it gives an equal row.</param>
/// <param name="Changed">Ids of the rows that a change may have changed, when it is no resync.</param>
/// <param name="MaySee">Whether somebody may see the row. Whoever may read all sees what any other such person sees.</param>
public sealed record RowSource<TRow>(
    Func<FleetSnapshot, IEnumerable<string>> Ids, Func<FleetSnapshot, string, TRow?> Find, Func<FleetChange, IEnumerable<string>> Changed, Func<Actor, TRow, bool> MaySee)
    where TRow : class
{
    public IEnumerable<TRow> All(FleetSnapshot fleet, Actor? actor) =>
        actor is null ? [] : Ids(fleet).Select(id => Find(fleet, id)).OfType<TRow>().Where(row => MaySee(actor, row));

    /// <summary>Null also when the actor may not see it.</summary>
    public TRow? FindFor(FleetSnapshot fleet, string id, Actor? actor) => actor is not null && Find(fleet, id) is { } row && MaySee(actor, row) ? row : null;
}
