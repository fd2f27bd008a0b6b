using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Portal.Health;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Overview;

/// <summary>The fleet at a glance, or one's own labs: first whether anything needs somebody.</summary>
public sealed partial class OverviewPage
{
    /// <summary>Numbers and concerns are made anew so often at the most, and by themselves when only time passed.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private const int BeatsUnchanged = 5;

    private ImmutableArray<Concern> _concerns = [];
    private string _well = "";
    private List<(Enum State, int Count)> _instances = [];
    private List<(Enum State, int Count)> _workers = [];
    private ImmutableArray<RoomShare> _rooms = [];
    private List<InstanceEntry> _own = [];
    private ImmutableArray<WorkerTemplate> _templates;
    private DateTimeOffset _looked;
    private bool _changed;
    private int _beats;

    [Inject]
    private PartsWatch Parts { get; set; } = null!;

    [Inject]
    private StateMonitor Monitor { get; set; } = null!;

    [Inject]
    private PlanningTimes Times { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override void OnInitialized()
    {
        base.OnInitialized();
        Begin(ReadTemplatesAsync);
    }

    protected override void OnParametersSet() => Look();

    protected override TimeSpan? LookEvery => Beat;

    /// <summary>The first change after a quiet second shows at once, those that follow with the next beat.</summary>
    protected override bool Apply(FleetChange change)
    {
        _changed = true;
        if (change.Templates)
            Begin(ReadTemplatesAsync);
        if (Time.GetUtcNow() - _looked < Beat)
            return false;
        Look();
        return true;
    }

    protected override bool LookAgain()
    {
        if (!_changed && ++_beats % BeatsUnchanged != 0)
            return false;
        Look();
        return true;
    }

    private void Look()
    {
        (_looked, _changed) = (Time.GetUtcNow(), false);
        if (!May(Permission.ReadAll))
        {
            _own = [.. Fleet.InstancesByState.Keys.Where(state => state != InstanceState.Terminated).SelectMany(Fleet.In).Where(entry => entry.Value.OwnerId == Actor?.Id)
                .OrderBy(entry => entry.Value.TimeslotStart ?? entry.Value.CreatedAt).ThenBy(entry => entry.Id, StringComparer.Ordinal)];
            _concerns = Actor is { } actor && May(Permission.ReadOwn) ? Attention.OfOwn(Fleet, actor.Id, _looked, Times, _templates) : [];
            _well = _own.Count switch { 0 => "You have no lab now. Reserve one whenever you like.", 1 => "Your lab needs nothing from you.", var labs => $"Your {Counted.Number(labs)} labs need nothing from you." };
            return;
        }
        _concerns = Attention.Of(Fleet, new PartsNow(Cache.Freshness.Problem, Parts.Documents?.Problem, Parts.Sessions is { Healthy: false }, Parts.Identity?.Problem, Monitor.Report.Warnings, Control.OutboxLimit), _looked, Times, _templates);
        _instances = [.. Fleet.InstancesByState.OrderBy(pair => pair.Key).Select(pair => ((Enum)pair.Key, pair.Value.Count))];
        _workers = [.. Fleet.Workers.Values.CountBy(worker => worker.Value.State).OrderBy(pair => pair.Key).Select(pair => ((Enum)pair.Key, pair.Value))];
        _rooms = FleetCapacity.Of(Fleet);
        var running = Fleet.InstancesByState.GetValueOrDefault(InstanceState.Running)?.Count ?? 0;
        _well = running switch { 0 => "No lab runs now, and nothing needs you.", _ => $"{Counted.Of(running, "lab runs", "labs run")}, and nothing needs you." };
    }

    private async Task ReadTemplatesAsync()
    {
        try
        {
            _templates = await Control.ReadTemplatesAsync(Left);
            Look();
            StateHasChanged();
        }
        catch (RefusedException)
        {
            // The documents are away, which is said above all else; what was read before holds until they are back.
        }
    }

    private Task ReserveAsync() => ReserveDialog.AskAsync(Dialogs, Navigation);
}
