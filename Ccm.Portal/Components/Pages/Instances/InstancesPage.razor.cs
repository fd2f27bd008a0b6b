using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>All instances that one may see, live.</summary>
public sealed partial class InstancesPage
{
    private InstanceFilter _filter = InstanceFilter.None;
    private List<InstanceEntry> _rows = [];
    private List<(InstanceState State, int Count)> _counts = [];
    private int _total;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? State { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sort { get; set; }

    [SupplyParameterFromQuery(Name = "order")]
    private string? Order { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    protected override void OnParametersSet()
    {
        _filter = InstanceFilter.Read(Text, State, Sort, Order);
        Select();
    }

    protected override bool Apply(FleetChange change)
    {
        if (!change.IsResync && !change.Instances.Any(id => Sees(change.Before.Instances.GetValueOrDefault(id)) || Sees(change.After.Instances.GetValueOrDefault(id))))
            return false;
        Select();
        return true;
    }

    private void Select()
    {
        var visible = Fleet.Instances.Values.Where(Sees).ToList();
        _total = visible.Count;
        _counts = [.. visible.GroupBy(entry => entry.Value.State).OrderBy(group => group.Key).Select(group => (group.Key, group.Count()))];
        _rows = _filter.Apply(visible);
    }

    private void Go(InstanceFilter filter) => Navigation.NavigateTo(filter.Address(Navigation), replace: true);

    private void SortBy(string column) => Go(_filter with { Sort = column, Descending = _filter.Sort == column && !_filter.Descending });

    private string Sorted(string column) => _filter.Sort != column ? "none" : _filter.Descending ? "descending" : "ascending";

    private string Arrow(string column) => _filter.Sort != column ? "" : _filter.Descending ? "▼" : "▲";

    private bool Sees(InstanceEntry? entry) => entry is not null && (May(Permission.ReadAll) || (May(Permission.ReadOwn) && entry.Value.OwnerId == Actor?.Id));

    private bool MayManage(InstanceEntry entry) => May(Permission.ManageAnyInstance) || (May(Permission.ManageOwnInstances) && entry.Value.OwnerId == Actor?.Id);

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
