using System.Globalization;
using Ccm.Engine.Domain;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Components.Grid;

/// <summary>
/// Lists what an action will touch, and only then does it, row by row. A row that refuses says why and keeps the others from nothing.
/// </summary>
public sealed partial class BulkDialog<TRow> : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private List<Item> _touched = [];
    private List<string> _left = [];
    private string _typed = "";
    private bool _begun;
    private bool _running;
    private bool _stopped;
    private int _done;
    private int _refused;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Parameter, EditorRequired]
    public GridTable<TRow> Table { get; set; } = null!;

    [Parameter, EditorRequired]
    public BulkAction<TRow> Action { get; set; } = null!;

    /// <summary>Those selected, as they are now.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<TRow> Rows { get; set; } = [];

    [Inject]
    private ILogger<BulkDialog<TRow>> Log { get; set; } = null!;

    private bool Armed => _touched.Count > 0 && (!Action.Grave || _typed.Trim() == _touched.Count.ToString(CultureInfo.InvariantCulture));

    private string Asked => Action.Asked.Replace("{0}", Counted.Number(_touched.Count), StringComparison.Ordinal);

    private string Reasons => string.Join(", ", _left.CountBy(reason => reason).OrderByDescending(pair => pair.Value).Take(5)
        .Select(pair => _left.Count == pair.Value ? pair.Key : $"{pair.Key} ({pair.Value})"));

    protected override void OnInitialized()
    {
        var judged = Rows.Select(row => (Row: row, Against: Action.Against(row))).ToList();
        _touched = [.. judged.Where(judged => judged.Against is null).Select(judged => new Item(judged.Row, Table.Id(judged.Row)))];
        _left = [.. judged.Select(judged => judged.Against).OfType<string>()];
    }

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    private async Task RunAsync()
    {
        (_begun, _running) = (true, true);
        // What is under way is stopped by its button, or ends.
        await Dialog.SetOptionsAsync(Dialog.Options with { CloseOnEscapeKey = false });
        var token = _gone.Token;
        foreach (var item in _touched)
        {
            if (_stopped || token.IsCancellationRequested)
                break;
            try
            {
                await Action.ActAsync(item.Row, token);
                item.Result = "Done.";
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                item.Problem = Faults.Describe(exception, Log);
                _refused++;
            }
            _done++;
            StateHasChanged();
        }
        _running = false;
    }

    private sealed record Item(TRow Row, string Id)
    {
        public string Result { get; set; } = "Not yet.";

        /// <summary>Null: it did not refuse.</summary>
        public string? Problem { get; set; }
    }
}
