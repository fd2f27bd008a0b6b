using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.Instances;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Definitions;

/// <summary>All labs that are published, and where new ones are dropped.</summary>
public sealed partial class DefinitionsPage
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);
    private List<DefinitionTable.Row> _rows = [];
    private Dictionary<string, LabletDefinition> _definitions = [];
    private Dictionary<string, int> _live = [];
    private string? _problem;
    private string? _published;
    private bool _retrying;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Count();
        Select();
        await ReadAsync();
    }

    protected override bool Apply(FleetChange change)
    {
        var before = _live;
        if (change.IsResync || !change.Instances.IsEmpty)
            Count();
        if (change.Definitions)
            Begin(ReadAsync);
        else if (before.Count == _live.Count && before.All(pair => _live.GetValueOrDefault(pair.Key) == pair.Value))
            return false;
        Select();
        return true;
    }

    /// <summary>Instances that have not ended, by definition.</summary>
    private void Count()
    {
        if (May(Permission.ReadAll))
            _live = Fleet.Instances.Values.Where(entry => entry.Value.State != InstanceState.Terminated).CountBy(entry => entry.Value.DefinitionId).ToDictionary();
    }

    private void Select() => _rows = [.. Fleet.Definitions.Where(pair => pair.Value.Value is { Status: not DefinitionStatus.Deleted, Latest: not null })
        .Select(pair => new DefinitionTable.Row(pair.Key, pair.Value.Value, _definitions.GetValueOrDefault(pair.Key), _live.GetValueOrDefault(pair.Key)))];

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
