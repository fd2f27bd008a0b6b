using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Booking;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Identity;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>Asks for what a reservation needs; closes with the new instance's id.</summary>
public sealed partial class ReserveDialog
{
    private readonly Operation _operation = Operation.New();
    private List<string> _definitions = [];
    private string _definitionId = "";
    private LabletDefinition? _definition;
    private bool _later;
    private DateTime _start;
    private DateTimeOffset? _chosen;
    private int _minutes;
    private string _region = "";
    private ImmutableArray<string> _regions = [];
    private bool _busy;
    private bool _override;
    private bool _mayOverbook;
    private SlotShortage? _shortage;
    private ImmutableArray<Problem> _problems = [];

    /// <summary>The lab that is chosen at first.</summary>
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

    protected override async Task OnInitializedAsync()
    {
        _definitions = [.. Cache.Current.Definitions.Where(pair => pair.Value.Value is { Status: DefinitionStatus.Active, Latest: not null }).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
        _definitionId = DefinitionId ?? _definitions.FirstOrDefault() ?? "";
        var soon = Viewer.Local(Time.GetUtcNow().AddHours(1));
        _start = new DateTime(soon.Year, soon.Month, soon.Day, soon.Hour, 0, 0, DateTimeKind.Unspecified);
        _minutes = Minutes;
        if (Start is { } start)
            Choose(start);
        _mayOverbook = Actors.ActorOf((await Authentication).User).May(Permission.Overbook);
        await SelectAsync();
    }

    private async Task SelectAsync()
    {
        Forget();
        _definition = null;
        if (Cache.Current.Definitions.GetValueOrDefault(_definitionId)?.Value.Latest is not { } version)
            return;
        try
        {
            _definition = await Control.ReadDefinitionAsync(_definitionId, version, CancellationToken.None);
            _minutes = Math.Min(_definition.MaxDurationMinutes, _minutes > 0 ? _minutes : 60);
            _regions = BookingForecast.Regions(Cache.Current, await Control.ReadTemplatesAsync(CancellationToken.None));
        }
        catch (Exception exception)
        {
            Tell(exception);
        }
    }

    private async Task ReserveAsync()
    {
        var overrides = _override && _shortage is not null;
        Forget();
        _busy = true;
        try
        {
            var actor = Actors.ActorOf((await Authentication).User);
            if (_later && (_start.Year < 2000 || _start.Year > 9000))
                throw RefusedException.Invalid("timeslotStart", $"The year {_start.Year} is no start of a slot.", "Give a day and time to come.");
            var instance = await Control.ReserveAsync(actor, _operation,
                new ReserveRequest(_definitionId, null, _later ? Started() : null, _minutes, Region: _definition is { Region: "" } ? _region : null, Override: overrides), CancellationToken.None);
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

    private void Choose(DateTimeOffset start)
    {
        Forget();
        (_later, _start, _chosen) = (true, Viewer.Local(start).DateTime, start);
    }

    /// <summary>What was chosen, while it stands there as it was: a clock that is put back shows an hour twice.</summary>
    private DateTimeOffset Started() => _chosen is { } chosen && Viewer.Local(chosen).DateTime == _start ? chosen : Viewer.FromLocal(_start);

    private string Shown(DateTimeOffset time) => Viewer.Local(time).ToString("ddd d MMM, HH:mm", CultureInfo.InvariantCulture);

    private void Forget() => (_problems, _shortage, _override) = ([], null, false);

    /// <summary>A dialog stands outside the pages' error boundary: a fault that left it would end everything that is open.</summary>
    private void Tell(Exception exception)
    {
        var refused = exception as RefusedException;
        _problems = refused?.Problems ?? [new Problem(null, Faults.Describe(exception, Log), "")];
        _shortage = refused?.Shortage;
    }
}
