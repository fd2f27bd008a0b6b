using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.WebUtilities;
using MudBlazor;

namespace Ccm.Portal.Components.Grid;

/// <summary>
/// A table as every page shows it: searched, filtered and sorted on the server, with all of that in the address; columns chosen by each
/// person; rows selected and acted on together; downloaded as it is shown. Only rows around those in view are in the document, and a row
/// is painted again only when it is another one. A table with a <see cref="GridTable{TRow}.Source"/> follows the fleet: its page hands
/// each change to <see cref="Apply"/>. Any other is given its rows as <see cref="Items"/>.
/// </summary>
/// <remarks>
/// Rows do not jump under a pointer: while it moves over them, and for a moment after, all keep the places they have (<c>ccm.js</c> tells when).
/// What a row says follows the state all the same; one that is gone is shown faded and takes no action. Cards stay as they are while
/// somebody points at them or has the focus there, and it is told how many changes wait.
/// </remarks>
public sealed partial class Grid<TRow> : IDisposable
{
    private const int CardsPerLine = 6;
    private static readonly DialogOptions Asking = new() { BackdropClick = false, CloseOnEscapeKey = true, MaxWidth = MaxWidth.Medium, FullWidth = true };
    private GridQuery _query = GridQuery.All;

    /// <summary>Addresses that were asked for and have not arrived: another wish may follow before they have.</summary>
    private readonly Queue<string> _going = [];
    private RowView<TRow>? _view;
    private FleetSnapshot _fleet = FleetSnapshot.Empty;
    private LiveRows<TRow> _rows = null!;
    private LiveRows<TRow> _order = null!;
    private ImmutableArray<GridColumn<TRow>> _columns = [];
    private readonly GridSelection _selection = new();
    private List<TRow[]> _cards = [];
    private HashSet<string> _waiting = [];
    private Dictionary<string, TRow> _given = [];
    private string _shownColumns = "";
    private (object? Cards, object? Items, string AsOf) _read;
    private string? _lastPicked;
    private bool _held;
    private string _path = "";

    [Parameter, EditorRequired]
    public GridTable<TRow> Table { get; set; } = null!;

    /// <summary>The fleet as the page shows it at first, for a table that follows it.</summary>
    [Parameter]
    public FleetSnapshot? Fleet { get; set; }

    /// <summary>All rows of a table that does not follow the fleet; another list when something of it changed.</summary>
    [Parameter]
    public IReadOnlyCollection<TRow>? Items { get; set; }

    /// <summary>At the end of each row.</summary>
    [Parameter]
    public RenderFragment<TRow>? Actions { get; set; }

    /// <summary>What may be asked of many rows; none: rows are not selected.</summary>
    [Parameter]
    public ImmutableArray<BulkAction<TRow>> Bulk { get; set; } = [];

    /// <summary>Shown when there are no rows at all.</summary>
    [Parameter]
    public RenderFragment? Nothing { get; set; }

    /// <summary>Beside the filters.</summary>
    [Parameter]
    public RenderFragment? Tools { get; set; }

    /// <summary>Rows are shown as cards instead.</summary>
    [Parameter]
    public RenderFragment<TRow>? Card { get; set; }

    /// <summary>A class of the row; null: none.</summary>
    [Parameter]
    public Func<TRow, string?>? Mark { get; set; }

    /// <summary>What cells and actions depend on beside the row, such as what the viewer may do: another one, and all are painted.</summary>
    [Parameter]
    public object? Stamp { get; set; }

    [CascadingParameter]
    private Actor? Actor { get; set; }

    [Inject]
    private RowViews Views { get; set; } = null!;

    [Inject]
    private ChosenColumns Choice { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    /// <summary>The rows as they are shown now.</summary>
    public LiveRows<TRow> Rows => _rows;

    private bool Selectable => !Bulk.IsDefaultOrEmpty && Card is null;

    private GridFacet<TRow>? Chips => Table.Facets.IsEmpty ? null : Table.Facets[0];

    /// <summary>The kinds that there are, or that are asked for, in their order.</summary>
    private IEnumerable<string> Kinds => Chips!.Known.Where(kind => _rows.Counts.ContainsKey(kind) || _query.ChosenOf(Chips.Key).Contains(kind));

    /// <summary>How many rows there are while nothing is chosen.</summary>
    private int Unchosen => _rows.Total - (Chips?.HiddenUnlessChosen is { } hidden ? _rows.Counts.GetValueOrDefault(hidden) : 0);

    private ImmutableHashSet<string> Selected => _selection.Ids;

    private bool AllSelected => !Selected.IsEmpty && Selected.Count >= _order.Shown.Count;

    /// <summary>Takes over a change of the fleet, and paints what is another; false: nothing of it is shown here.</summary>
    public bool Apply(FleetChange change)
    {
        _fleet = change.After;
        if (_view?.Follow(change) != true)
            return false;
        if (!Selected.IsEmpty)
            _selection.Ids = Selected.Except(change.IsResync ? Selected.Where(id => Find(id) is null) : Table.Source!.Changed(change).Where(id => Selected.Contains(id) && Find(id) is null));
        if (_held && Card is not null)
            _waiting.UnionWith(Table.Source!.Changed(change));
        Take(_view.Rows);
        StateHasChanged();
        return true;
    }

    protected override void OnInitialized()
    {
        _path = Path(Navigation.Uri);
        Navigation.LocationChanged += Moved;
        TakeColumns();
        _fleet = Fleet ?? FleetSnapshot.Empty;
        Read();
    }

    /// <summary>A page that gives its rows gives others when they have changed, and its table as of later when that says something else; a cascade may tell that the viewer is another.</summary>
    protected override void OnParametersSet()
    {
        TakeColumns();
        // What is asked for is read once its address has arrived; the one that stands there is older.
        if ((_going.Count == 0 && _read.AsOf != Table.AsOfFor(_query)) || !ReferenceEquals(_read.Items, (object?)Items ?? Actor))
            Read();
    }

    public void Dispose()
    {
        Navigation.LocationChanged -= Moved;
        _view?.Dispose();
    }

    private static string Path(string uri) => new Uri(uri).AbsolutePath;

    private void Moved(object? sender, LocationChangedEventArgs args)
    {
        if (Path(args.Location) == _path)
            _ = InvokeAsync(() => Arrive(args.Location));
    }

    private void Arrive(string address)
    {
        if (_going.Contains(address))
        {
            while (_going.Dequeue() != address)
            {
                // The browser passed it by.
            }
            if (_going.Count > 0)
                return;
        }
        Read();
        StateHasChanged();
    }

    /// <summary>Made anew: another filter or order, or other rows altogether.</summary>
    private void Read()
    {
        var address = new Uri(Navigation.Uri).Query;
        var query = GridQuery.Read(Table, address);
        // Other rows of a table that was given them are no reason to let go of the places; another order or filter is.
        _held &= query.Address == _query.Address;
        (var before, _query, _read.Items, _read.AsOf) = (_query, query, (object?)Items ?? Actor, Table.AsOfFor(query));
        if (Table.Source is null)
        {
            _given = (Items ?? []).ToDictionary(Table.Id);
            Take(LiveRows.Of(Items ?? [], Table.Rule(query)));
        }
        else
        {
            var view = Views.Open(Table, query, Actor, _fleet);
            _view?.Dispose();
            _view = view;
            Take(view.Rows);
        }
        if (Selectable)
            _selection.Hear(QueryHelpers.ParseQuery(address).GetValueOrDefault(GridSelection.Parameter), anew: query.Filter != before.Filter, id => Find(id) is not null);
    }

    private void Take(LiveRows<TRow> rows)
    {
        _rows = rows;
        if (!_held)
            _order = rows;
        if (Card is not null && !_held && !ReferenceEquals(_read.Cards, rows))
            (_read.Cards, _cards) = (rows, [.. rows.Shown.Chunk(CardsPerLine)]);
    }

    private void Hold(bool hold)
    {
        _held = hold;
        if (hold || ReferenceEquals(_order, _rows))
            return;
        _waiting.Clear();
        Take(_rows);
        StateHasChanged();
    }

    private (TRow Row, bool Gone) Newest(TRow row) => !_held ? (row, false) : Find(Table.Id(row)) is { } found ? (found, false) : (row, true);

    private TRow? Find(string id) => Table.Source is { } source ? source.FindFor(_fleet, id, Actor) : _given.GetValueOrDefault(id);

    private IEnumerable<TRow> AllRows() => Table.Source is { } source ? source.All(_fleet, Actor) : Items ?? [];

    private void TakeColumns()
    {
        _columns = Choice.Of(Table);
        _shownColumns = string.Join(',', _columns.Select(column => column.Key));
    }

    private void Go(GridQuery query)
    {
        if (query.Filter != _query.Filter)
            _selection.Ids = [];
        _held &= query.Address == _query.Address;
        _query = query;
        var parameters = new Dictionary<string, object?>(query.ParametersFor(Table)) { [GridSelection.Parameter] = _selection.Say() };
        _going.Enqueue(Navigation.GetUriWithQueryParameters(parameters));
        Navigation.NavigateTo(_going.Last(), replace: true);
    }

    private void Select(ImmutableHashSet<string> ids)
    {
        _selection.Ids = ids;
        if (!_selection.IsSaid)
            Go(_query);
    }

    private void SortBy(GridColumn<TRow> column) => Go(_query with { Sort = column.Key, Descending = Sorted(column) == "ascending" });

    private string Sorted(GridColumn<TRow> column) => Table.SortOf(_query) is var (key, descending) && key != column.Key ? "none" : descending ? "descending" : "ascending";

    private string Arrow(GridColumn<TRow> column) => Sorted(column) switch { "ascending" => "▲", "descending" => "▼", _ => "" };

    private void Pick((TRow Row, bool Range) picked)
    {
        var id = Table.Id(picked.Row);
        // By id: a row that has changed since is not found by its place in the order any more.
        var ids = picked.Range && _lastPicked is not null ? _order.Shown.Select(Table.Id).ToList() : [];
        var (last, here) = (ids.IndexOf(_lastPicked!), ids.IndexOf(id));
        _lastPicked = id;
        Select(last >= 0 && here >= 0 ? Selected.Union(ids.GetRange(Math.Min(last, here), Math.Abs(last - here) + 1)) : Selected.SymmetricExcept([id]));
    }

    private void SelectAll() => Select(AllSelected ? [] : [.. _order.Shown.Select(Table.Id)]);

    private void ClearSelection() => Select([]);

    private async Task AskAsync(BulkAction<TRow> action)
    {
        // In the order in which they are seen; the few that a change took out of sight come last.
        var rows = Selected.Select(Find).OfType<TRow>().Order(Table.Rule(_query).Order).ToList();
        var parameters = new DialogParameters<BulkDialog<TRow>> { { x => x.Table, Table }, { x => x.Action, action }, { x => x.Rows, rows } };
        var dialog = await Dialogs.ShowAsync<BulkDialog<TRow>>(action.Verb, parameters, Asking);
        if (await dialog.Result is { Canceled: false })
            ClearSelection();
    }
}
