using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Definitions;

/// <summary>All labs that are published, and where new ones are dropped.</summary>
public sealed partial class DefinitionsPage
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);
    private List<string> _names = [];
    private Dictionary<string, LabletDefinition> _definitions = [];
    private Dictionary<string, int> _live = [];
    private List<(DefinitionStatus Status, int Count)> _counts = [];
    private int _all;
    private string _text = "";
    private DefinitionStatus? _status;
    private string? _problem;
    private string? _published;
    private bool _retrying;

    /// <summary>Words of name or title.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "status")]
    private string? Status { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Count();
        await ReadAsync();
    }

    protected override void OnParametersSet()
    {
        (_text, _status) = (Text ?? "", Words.ValueOf<DefinitionStatus>(Status));
        Select();
    }

    protected override bool Apply(FleetChange change)
    {
        var before = _live;
        if (change.IsResync || !change.Instances.IsEmpty)
            Count();
        if (!change.Definitions)
            return before.Count != _live.Count || before.Any(pair => _live.GetValueOrDefault(pair.Key) != pair.Value);
        Select();
        Begin(ReadAsync);
        return true;
    }

    /// <summary>Instances that have not ended, by definition.</summary>
    private void Count()
    {
        if (May(Permission.ReadAll))
            _live = Fleet.Instances.Values.Where(entry => entry.Value.State != InstanceState.Terminated).CountBy(entry => entry.Value.DefinitionId).ToDictionary();
    }

    private void Select()
    {
        var all = Fleet.Definitions.Where(pair => pair.Value.Value is { Status: not DefinitionStatus.Deleted, Latest: not null }).ToList();
        _all = all.Count;
        _counts = [.. all.CountBy(pair => pair.Value.Value.Status).OrderBy(count => count.Key).Select(count => (count.Key, count.Value))];
        _names = [.. all.Where(pair => (_status is null || pair.Value.Value.Status == _status) && Matches(pair.Key)).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
    }

    private bool Matches(string name) => _text.Length == 0 || name.Contains(_text, StringComparison.OrdinalIgnoreCase)
        || _definitions.GetValueOrDefault(name)?.Title.Contains(_text, StringComparison.OrdinalIgnoreCase) == true;

    private void Go(string? text, DefinitionStatus? status) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters("/definitions", new Dictionary<string, object?>
    {
        ["q"] = string.IsNullOrEmpty(text) ? null : text,
        ["status"] = status?.ToString().ToUpperInvariant(),
    }), replace: true);

    private async Task ReadAsync()
    {
        try
        {
            var newest = Fleet.Definitions.Where(pair => pair.Value.Value is { Status: not DefinitionStatus.Deleted, Latest: not null }).Select(pair => (pair.Key, pair.Value.Value.Latest!)).ToList();
            _definitions = (await Control.ReadDefinitionsAsync(newest, Left)).ToDictionary(definition => definition.Name);
            _problem = null;
            Select();
        }
        catch (RefusedException refused)
        {
            _problem = $"{refused.Problems[0].Reason} It is tried again by itself.";
            RetryLater();
        }
        catch (OperationCanceledException) when (Left.IsCancellationRequested)
        {
            return;
        }
        StateHasChanged();
    }

    /// <summary>The documents tell nobody that they are back.</summary>
    private void RetryLater()
    {
        if (_retrying)
            return;
        _retrying = true;
        Begin(async () =>
        {
            await Task.Delay(RetryPause, Time, Left);
            _retrying = false;
            await ReadAsync();
        });
    }

    private async Task ReserveAsync(string name)
    {
        var dialog = await Dialogs.ShowAsync<ReserveDialog>("Reserve a lab", new DialogParameters<ReserveDialog> { { x => x.DefinitionId, name } });
        if (await dialog.Result is { Canceled: false, Data: string id })
            Navigation.NavigateTo($"/instances/{id}");
    }
}
