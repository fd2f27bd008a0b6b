using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Booking;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Shared.Forms;
using Ccm.Portal.Identity;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>Asks for what a reservation needs; closes with the new instance's id.</summary>
public sealed partial class ReserveDialog : IDisposable
{
    private readonly Operation _operation = Operation.New();
    private Actor? _actor;
    private KeptForm? _keeper;
    private List<string> _definitions = [];
    private string _definitionId = "";
    private LabletDefinition? _definition;
    private bool _later;
    private DateTime _start;
    private DateTimeOffset? _chosen;
    private string _minutes = "";
    private string _region = "";
    private ImmutableArray<string> _regions = [];
    private ImmutableArray<WorkerTemplate> _templates = [];
    private SlotShortage? _never;
    private ImmutableArray<WayToFit> _ways = [];
    private bool _busy;
    private bool _override;
    private bool _mayOverbook;
    private SlotShortage? _shortage;
    private ImmutableArray<Problem> _problems = [];

    /// <summary>The lab that is chosen at first; null: none.</summary>
    [Parameter]
    public string? DefinitionId { get; set; }

    /// <summary>The start that is chosen at first; null: as soon as possible.</summary>
    [Parameter]
    public DateTimeOffset? Start { get; set; }

    /// <summary>The duration that is chosen at first; 0: an hour, or what the lab allows.</summary>
    [Parameter]
    public int Minutes { get; set; }

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [CascadingParameter]
    private Viewer Viewer { get; set; } = Viewer.Default;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    [Inject]
    private ControlPlane Control { get; set; } = null!;

    [Inject]
    private WatchCache Cache { get; set; } = null!;

    [Inject]
    private ILogger<ReserveDialog> Log { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    /// <summary>Asks, and leads to what was reserved.</summary>
    public static async Task AskAsync(IDialogService dialogs, NavigationManager navigation, string? definitionId = null, DateTimeOffset? start = null, int minutes = 0)
    {
        var parameters = new DialogParameters<ReserveDialog> { { x => x.DefinitionId, definitionId }, { x => x.Start, start }, { x => x.Minutes, minutes } };
        var dialog = await dialogs.ShowAsync<ReserveDialog>("Reserve a lab", parameters);
        if (await dialog.Result is { Canceled: false, Data: string id })
            navigation.NavigateTo($"/instances/{id}");
    }

    protected override async Task OnInitializedAsync()
    {
        _actor = Actors.ActorOf((await Authentication).User);
        _mayOverbook = _actor.May(Permission.Overbook);
        _definitions = [.. Cache.Current.Definitions.Where(pair => pair.Value.Value is { Status: DefinitionStatus.Active, Latest: not null }).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
        await BeginAsync();
    }

    /// <summary>As it was asked for.</summary>
    private Task BeginAsync()
    {
        _definitionId = DefinitionId ?? "";
        var soon = Viewer.Local(Time.GetUtcNow().AddHours(1));
        _start = new DateTime(soon.Year, soon.Month, soon.Day, soon.Hour, 0, 0, DateTimeKind.Unspecified);
        (_later, _chosen, _minutes, _region) = (false, null, (Minutes > 0 ? Minutes : 60).ToString(CultureInfo.InvariantCulture), "");
        if (Start is { } start)
            Choose(start);
        return SelectAsync();
    }

    /// <summary>What has to be chosen before anything can be reserved; empty: nothing.</summary>
    private string Missing => _definitions.Count == 0 ? "There is no lab to reserve."
        : _definitionId.Length == 0 ? "Choose a lab first."
        : _definition is null ? "The lab has not been read."
        : _definition.NodeCount == 0 ? "Choose a lab that has nodes." : "";

    /// <summary>What was filled in the last time, unless another lab or a slot is asked for now.</summary>
    private async Task<bool> ResumeAsync(Draft draft)
    {
        var lab = draft.Fields.GetValueOrDefault("definition", "");
        if (Start is not null || (DefinitionId ?? lab) != lab || !_definitions.Contains(lab))
            return false;
        (_definitionId, _later) = (lab, draft.Fields.GetValueOrDefault("when") == "later");
        if (DateTime.TryParse(draft.Fields.GetValueOrDefault("start"), CultureInfo.InvariantCulture, out var start))
            _start = start;
        if (draft.Fields.GetValueOrDefault("minutes") is { } minutes)
            _minutes = minutes;
        _region = draft.Fields.GetValueOrDefault("region", "");
        await SelectAsync();
        StateHasChanged();
        return true;
    }

    private async Task DiscardAsync()
    {
        await _keeper!.DropAsync();
        await BeginAsync();
    }

    private async Task NotNowAsync()
    {
        if (_keeper is { } keeper)
            await keeper.DropAsync();
        Dialog.Cancel();
    }

    private async Task SelectAsync()
    {
        Forget();
        (_definition, _never) = (null, null);
        var id = _definitionId;
        if (Cache.Current.Definitions.GetValueOrDefault(id)?.Value.Latest is not { } version)
            return;
        try
        {
            var definition = await Control.ReadDefinitionAsync(id, version, CancellationToken.None);
            // Another was chosen meanwhile.
            if (id != _definitionId)
                return;
            _definition = definition;
            if (int.TryParse(_minutes, CultureInfo.InvariantCulture, out var minutes) && minutes > _definition.MaxDurationMinutes)
                _minutes = _definition.MaxDurationMinutes.ToString(CultureInfo.InvariantCulture);
            _templates = await Control.ReadTemplatesAsync(CancellationToken.None);
            _regions = BookingForecast.Regions(Cache.Current, _templates);
            Weigh();
        }
        catch (Exception exception)
        {
            Tell(exception);
            return;
        }
        Look();
    }

    private void ChooseRegion()
    {
        Weigh();
        Look();
    }

    private void ChooseWhen(bool later)
    {
        _later = later;
        Look();
    }

    /// <summary>Whether any worker could take it, ever: better known before it is reserved than after.</summary>
    private void Weigh()
    {
        if (_definition is not { NodeCount: > 0 } definition)
            return;
        var request = LabRequest.Of(definition);
        if (definition.Region.Length == 0)
            request = request with { Region = _region };
        _never = BookingForecast.CheckWhetherItEverFits(Cache.Current, _templates, request);
        _ways = _never is null ? [] : DryRun.WouldFit(Cache.Current, request, _templates);
    }

    private async Task ReserveAsync()
    {
        if (Missing.Length > 0 || _busy)
            return;
        var overrides = _override && Shortage is not null;
        Forget();
        _busy = true;
        try
        {
            // Anew: roles may have changed while the dialog stood open.
            var actor = Actors.ActorOf((await Authentication).User);
            var instance = await Control.ReserveAsync(actor, _operation,
                new ReserveRequest(_definitionId, null, _later ? SlotStart() : null, Duration(_definition!), Region: _definition is { Region: "" } ? _region : null, Override: overrides), CancellationToken.None);
            await _keeper!.DropAsync();
            Dialog.Close(DialogResult.Ok(instance.Id));
        }
        catch (Exception exception)
        {
            Tell(exception);
        }
        finally
        {
            _busy = false;
        }
    }

    private void Choose(DateTimeOffset start) => (_later, _start, _chosen) = (true, Viewer.Local(start).DateTime, start);

    private Task ChooseAsync(DateTimeOffset start)
    {
        Choose(start);
        Look();
        StateHasChanged();
        return _keeper!.KeepAsync();
    }

    /// <summary>A dialog stands outside the pages' error boundary: a fault that left it would end everything that is open.</summary>
    private void Tell(Exception exception)
    {
        var refused = exception as RefusedException;
        _problems = refused?.Problems ?? [new Problem(null, Faults.Describe(exception, Log), "")];
        _shortage = refused?.Shortage;
    }
}
