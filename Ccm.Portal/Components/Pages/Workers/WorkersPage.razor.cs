using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Workers;

/// <summary>All workers, live, each with what it has left.</summary>
public sealed partial class WorkersPage
{
    private Grid<WorkerRow>? _grid;
    private ImmutableArray<BulkAction<WorkerRow>> _bulk = [];
    private List<string> _templates = [];
    private string _template = "";

    /// <summary>A table; anything else: cards.</summary>
    [SupplyParameterFromQuery(Name = "view")]
    private string? View { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private bool AsTable => string.Equals(View, "table", StringComparison.OrdinalIgnoreCase);

    protected override void OnParametersSet()
    {
        _bulk = Actor is null ? [] : WorkerRow.Bulk(Actor, Control, Plans);
        ReadTemplates();
    }

    /// <summary>The grid paints itself; beside it only the templates depend on the fleet.</summary>
    protected override bool Apply(FleetChange change)
    {
        _grid?.Apply(change);
        if (change.Templates)
            ReadTemplates();
        return change.Templates;
    }

    private void ReadTemplates()
    {
        _templates = [.. Fleet.Templates.Where(pair => pair.Value.Value is { Deleted: false, Revision: > 0 }).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
        if (!_templates.Contains(_template))
            _template = _templates.FirstOrDefault(name => name.StartsWith("personal", StringComparison.Ordinal)) ?? _templates.FirstOrDefault() ?? "";
    }

    private void Show(string? view) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("view", view), replace: true);

    private Task CreateAsync() =>
        TryAsync(() => Control.CreateWorkerAsync(Actor!, Operation.New(), _template, $"{Actor!.Name} asked for it.", null, null, Left), $"A worker of {_template} is ordered.");
}
