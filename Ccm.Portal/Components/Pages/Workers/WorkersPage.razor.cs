using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Workers;

/// <summary>All workers, live, each with what it has left.</summary>
public sealed partial class WorkersPage
{
    /// <summary>Cards of one virtual row: it fills lines of one, two and three alike.</summary>
    private const int PerRow = 6;
    private List<WorkerEntry> _rows = [];
    private List<WorkerEntry[]> _pairs = [];
    private List<(WorkerState State, int Count)> _counts = [];
    private int _rest;
    private WorkerState? _state;
    private List<string> _templates = [];
    private string _template = "";

    [SupplyParameterFromQuery(Name = "state")]
    private string? State { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override void OnParametersSet()
    {
        _state = Words.ValueOf<WorkerState>(State);
        Select();
    }

    protected override bool Apply(FleetChange change)
    {
        if (!change.IsResync && change.Workers.IsEmpty && change.Instances.IsEmpty && !change.Templates)
            return false;
        Select();
        return true;
    }

    private void Select()
    {
        var all = Fleet.Workers.Values;
        _rest = all.Count(worker => worker.Value.State != WorkerState.Terminated);
        _counts = [.. all.GroupBy(worker => worker.Value.State).OrderBy(group => group.Key).Select(group => (group.Key, group.Count()))];
        _rows = [.. all.Where(worker => _state is null ? worker.Value.State != WorkerState.Terminated : worker.Value.State == _state)
            .OrderBy(worker => worker.Value.CreatedAt).ThenBy(worker => worker.Id, StringComparer.Ordinal)];
        _pairs = [.. _rows.Chunk(PerRow)];
        _templates = [.. Fleet.Templates.Where(pair => pair.Value.Value is { Deleted: false, Revision: > 0 }).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
        if (!_templates.Contains(_template))
            _template = _templates.FirstOrDefault(name => name.StartsWith("personal", StringComparison.Ordinal)) ?? _templates.FirstOrDefault() ?? "";
    }

    private void Go(WorkerState? state) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("state", state?.ToString().ToUpperInvariant()), replace: true);

    private Task CreateAsync() =>
        TryAsync(() => Control.CreateWorkerAsync(Actor!, Operation.New(), _template, $"{Actor!.Name} asked for it.", null, null, Left), $"A worker of {_template} is ordered.");
}
