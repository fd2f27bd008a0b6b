using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Grid;

/// <summary>One row of a table; painted again only when something of it is another.</summary>
public sealed partial class GridRow<TRow>
{
    private (TRow? Row, bool Selected, bool Gone, string? Class, string Shown, object? Says, object? Stamp, DateTime Day) _painted;
    private bool _again;

    [Parameter, EditorRequired]
    public GridTable<TRow> Table { get; set; } = null!;

    [Parameter, EditorRequired]
    public TRow Row { get; set; } = null!;

    [Parameter, EditorRequired]
    public ImmutableArray<GridColumn<TRow>> Columns { get; set; } = [];

    /// <summary>Keys of the columns.</summary>
    [Parameter, EditorRequired]
    public string Shown { get; set; } = "";

    [Parameter]
    public bool Selectable { get; set; }

    [Parameter]
    public bool Selected { get; set; }

    /// <summary>It is shown where it was, and is not there any more.</summary>
    [Parameter]
    public bool Gone { get; set; }

    [Parameter]
    public string? Mark { get; set; }

    /// <summary>What its cells and actions depend on beside the row.</summary>
    [Parameter]
    public object? Stamp { get; set; }

    [Parameter]
    public RenderFragment<TRow>? Actions { get; set; }

    /// <summary>The row, and whether all from the last one on are meant.</summary>
    [Parameter]
    public EventCallback<(TRow Row, bool Range)> OnPick { get; set; }

    [CascadingParameter]
    private Viewer Viewer { get; set; } = Viewer.Default;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string? Class => Gone ? "gone" : Mark;

    /// <summary>The first painting is not asked for; each later one is due once for what has changed, however often the list is laid out.</summary>
    protected override void OnParametersSet()
    {
        // Times of today are shown without their date, so a new day is painted anew.
        var now = ((TRow?)Row, Selected, Gone, Mark, Shown, Table.Says?.Invoke(Row), Stamp, Viewer.Local(Time.GetUtcNow()).Date);
        _again |= _painted.Row is not null && !now.Equals(_painted);
        _painted = now;
    }

    protected override bool ShouldRender()
    {
        var again = _again;
        _again = false;
        return again;
    }

    private static string? ClassOf(GridColumn<TRow> column) => column.Numeric ? "num" : column.Clipped ? "ccm-clip" : null;
}
