using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.Instances;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Definitions;

/// <summary>All labs that are published, and where new ones are dropped.</summary>
public sealed partial class DefinitionsPage
{
    private List<DefinitionTable.Row> _rows = [];
    private Dictionary<string, LabletDefinition> _definitions = [];
    private Dictionary<string, int> _live = [];
    private string? _published;

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
        var moved = change.IsResync;
        if (change.IsResync)
            Count();
        else
            moved = Count(change);
        if (change.Definitions)
            Begin(ReadAsync);
        else if (!moved)
            return false;
        Select();
        return true;
    }

    /// <summary>Instances that have not ended, by definition.</summary>
    private void Count()
    {
        if (May(Permission.ReadAll))
            _live = DefinitionRows.Live(Fleet);
    }

    /// <summary>Takes over what has changed of it, however many there are; whether that is anything.</summary>
    private bool Count(FleetChange change)
    {
        var moved = false;
        foreach (var id in May(Permission.ReadAll) ? change.Instances : [])
        {
            var (before, after) = (Live(change.Before, id), Live(change.After, id));
            if (before == after)
                continue;
            moved = true;
            if (before is not null)
                _live[before]--;
            if (after is not null)
                _live[after] = _live.GetValueOrDefault(after) + 1;
        }
        return moved;

        static string? Live(FleetSnapshot fleet, string id) => fleet.Instances.GetValueOrDefault(id)?.Value is { State: not InstanceState.Terminated } instance ? instance.DefinitionId : null;
    }

    private void Select() => _rows = DefinitionRows.Of(Fleet, _definitions, _live);

    protected override async Task ReadDocumentsAsync()
    {
        _definitions = (await Control.ReadDefinitionsAsync(DefinitionRows.Newest(Fleet), Left)).ToDictionary(definition => definition.Name);
        Select();
    }

    private Task ReserveAsync(string name) => ReserveDialog.AskAsync(Dialogs, Navigation, name);
}
