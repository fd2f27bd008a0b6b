using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Lifecycle;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Workers;

/// <summary>One worker: what it has left, who holds its ports, what runs on it.</summary>
public sealed partial class WorkerPage
{
    private static readonly DialogOptions Wide = new() { MaxWidth = MaxWidth.Medium, FullWidth = true };
    private WorkerEntry? _worker;
    private List<InstanceEntry> _labs = [];
    private Dictionary<int, string> _holders = [];

    [Parameter]
    public string Id { get; set; } = "";

    [Inject]
    private PlanningTimes Times { get; set; } = null!;

    [Inject]
    private IOptions<LifecycleOptions> Lifecycle { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    protected override TimeSpan? LookEvery => TimeSpan.FromSeconds(1);

    protected override void OnParametersSet() => Look();

    protected override bool Apply(FleetChange change)
    {
        if (!change.IsResync && !change.Workers.Contains(Id) && !_labs.Any(lab => change.Instances.Contains(lab.Id)))
            return false;
        Look();
        return true;
    }

    /// <summary>A drain gets on by the time alone.</summary>
    protected override bool LookAgain() => _worker?.Value.State == WorkerState.Draining;

    private void Look()
    {
        _worker = Fleet.Workers.GetValueOrDefault(Id);
        _labs = [.. Fleet.On(Id).OrderBy(lab => lab.Value.TimeslotEnd ?? DateTimeOffset.MaxValue).ThenBy(lab => lab.Id, StringComparer.Ordinal)];
        // Two holders of one port must never be, and are shown should they be.
        _holders = _labs.SelectMany(lab => lab.Value.Ports.Select(port => (Port: port.Value, Text: $"{port.Key} of {lab.Id}")))
            .GroupBy(port => port.Port, port => port.Text).ToDictionary(port => port.Key, port => string.Join(" and ", port));
    }

    private DrainPlan Plan => DrainPlan.Of(_worker!, Fleet, Time.GetUtcNow(), Times, Lifecycle.Value);

    /// <summary>How much of the time from the drain's begin to its end at the latest is over, percent.</summary>
    private double Over(DrainPlan plan, DateTimeOffset began) => plan.FreeAt <= began ? 100 : Math.Clamp(100 * ((Time.GetUtcNow() - began) / (plan.FreeAt - began)), 0, 100);

    private async Task DrainAsync()
    {
        var parameters = new DialogParameters<DrainDialog> { { x => x.Plan, Plan }, { x => x.Now, Time.GetUtcNow() }, { x => x.Fleet, Fleet }, { x => x.Viewer, Viewer } };
        var dialog = await Dialogs.ShowAsync<DrainDialog>("Drain", parameters, Wide);
        if (await dialog.Result is { Canceled: false })
            await TryAsync(() => Control.DrainWorkerAsync(Actor!, Operation.New(), Id, Left), $"{Id} takes no new work, and stops once it is empty.");
    }

    private Task CancelDrainAsync() => TryAsync(() => Control.CancelDrainAsync(Actor!, Operation.New(), Id, Left), $"{Id} takes work again.");

    private Task StartAsync() => TryAsync(() => Control.StartWorkerAsync(Actor!, Operation.New(), Id, Left), "It is asked to start.");

    private Task StopAsync() => TryAsync(() => Control.StopWorkerAsync(Actor!, Operation.New(), Id, force: false, Left), "It is asked to stop.");

    private async Task DeclareLostAsync()
    {
        if (await TypedConfirmation.AskAsync(Dialogs, "Is its host gone for good?", $"{Counted.Of(_labs.Count, "lab")} on it end{(_labs.Count == 1 ? "s" : "")} at once as lost, then the worker. What may still run there is not stopped.", Id, "Declare it lost"))
            await TryAsync(() => Control.DeclareLostAsync(Actor!, Operation.New(), Id, Left), "Its labs end as lost, and then the worker.");
    }

    private async Task ForceAsync()
    {
        if (await TypedConfirmation.AskAsync(Dialogs, "Force the drain?", $"{Counted.Of(_labs.Count, "lab")} on it end{(_labs.Count == 1 ? "s" : "")} now, before the slot does: each is stopped and deleted, then the worker stops. This cannot be undone.", Id, "Force the drain"))
            await TryAsync(() => Control.StopWorkerAsync(Actor!, Operation.New(), Id, force: true, Left), "Its labs are ended; then it stops.");
    }

    private async Task TerminateAsync()
    {
        if (await TypedConfirmation.AskAsync(Dialogs, "Give this worker back?", _labs.Count == 0
                ? "It is drained, stopped and given back to its provider for good."
                : $"It takes no new work; {Counted.Of(_labs.Count, "lab goes on until it ends", "labs go on until they end")}; then it is stopped and given back for good.", Id, "Give it back"))
            await TryAsync(() => Control.TerminateWorkerAsync(Actor!, Operation.New(), Id, Left), "It is drained, stopped and given back.");
    }
}
