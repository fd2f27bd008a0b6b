using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>All instances that one may see, live.</summary>
public sealed partial class InstancesPage
{
    private Grid<InstanceEntry>? _grid;
    private ImmutableArray<BulkAction<InstanceEntry>> _bulk = [];

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    /// <summary>What the rows' actions depend on.</summary>
    private string Roles => string.Join(' ', Actor?.Roles ?? []);

    protected override void OnParametersSet() => _bulk = Actor is null ? [] : InstanceBulk.For(Actor, Control);

    /// <summary>The grid paints itself; nothing else here depends on the fleet.</summary>
    protected override bool Apply(FleetChange change)
    {
        _grid?.Apply(change);
        return false;
    }

    private bool MayManage(InstanceEntry entry) => Actor is { } actor && InstanceWords.MayManage(actor, entry.Value);

    private async Task ReserveAsync()
    {
        var dialog = await Dialogs.ShowAsync<ReserveDialog>("Reserve a lab");
        if (await dialog.Result is { Canceled: false, Data: string id })
            Navigation.NavigateTo($"/instances/{id}");
    }

    private Task StopAsync(InstanceEntry entry) =>
        TryAsync(() => Control.StopInstanceAsync(Actor!, Operation.New(), entry.Id, Left), $"{entry.Id} is asked to stop.");

    private async Task CancelAsync(InstanceEntry entry)
    {
        if (await InstanceWords.ConfirmEndAsync(Dialogs, entry))
            await TryAsync(() => Control.CancelInstanceAsync(Actor!, Operation.New(), entry.Id, Left), $"{entry.Id} is asked to end.");
    }
}
