using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Booking;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Reservations;

/// <summary>All bookings over time, live.</summary>
public sealed partial class ReservationsPage
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Bookings, shown or not, that are laid out within a few milliseconds.</summary>
    private const int Many = 1000;
    private readonly Dictionary<string, BookedTime> _times = new(StringComparer.Ordinal);
    private ReservationsView _view = ReservationsView.Default;
    private TimeWindow _window = new(default, 24);
    private DateTimeOffset _now;
    private ImmutableArray<Tick> _ticks = [];
    private ImmutableArray<Step> _steps = [];
    private List<Line> _lines = [];
    private List<BookedTime> _inOrder = [];
    private List<string> _labs = [];
    private ImmutableArray<WorkerTemplate>? _templates;
    private FleetReach? _reach;
    private bool _read;
    private bool _laysSoon;

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [SupplyParameterFromQuery(Name = "hours")]
    private string? Hours { get; set; }

    [SupplyParameterFromQuery(Name = "rows")]
    private string? Rows { get; set; }

    [SupplyParameterFromQuery(Name = "resource")]
    private string? Resource { get; set; }

    [SupplyParameterFromQuery(Name = "view")]
    private string? Shown { get; set; }

    [SupplyParameterFromQuery(Name = "lab")]
    private string? Lab { get; set; }

    [SupplyParameterFromQuery(Name = "minutes")]
    private string? Minutes { get; set; }

    [Inject]
    private PlanningTimes Times { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    protected override async Task OnParametersSetAsync()
    {
        _view = ReservationsView.Read(From, Hours, Rows, Resource, Shown, Lab, Minutes);
        TakeAll();
        Lay();
        if (_templates is null)
            await ReadTemplatesAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        base.OnAfterRender(firstRender);
        if (firstRender)
            Begin(GoWithTheTimeAsync);
        if (_asked != (_view.Lab, _view.Minutes, _view.From))
            Begin(FindAsync);
    }

    protected override bool Apply(FleetChange change)
    {
        if (change.IsResync || change.Templates)
            Begin(ReadTemplatesAsync);
        if (change.IsResync)
            TakeAll();
        var moved = change.Instances.Aggregate(false, (shown, id) => Take(id) || shown);
        var stale = _slots is not null && !_slotsChanged && !change.Instances.IsEmpty;
        _slotsChanged |= stale;
        if (!change.IsResync && !change.Definitions && change.Workers.IsEmpty && !moved)
            return stale;
        return LayNowOrSoon() || stale;
    }

    /// <summary>Thousands of bookings are not laid out with each of a stream of changes, which come many times a second.</summary>
    private bool LayNowOrSoon()
    {
        if (_times.Count > Many && Time.GetUtcNow() - _now < Pause)
        {
            if (!_laysSoon)
                Begin(LaySoonAsync);
            return false;
        }
        Lay();
        return true;
    }

    private async Task LaySoonAsync()
    {
        _laysSoon = true;
        await Task.Delay(Pause, Time, Left);
        _laysSoon = false;
        Lay();
        StateHasChanged();
    }

    private void TakeAll()
    {
        foreach (var id in _times.Keys.Except(Fleet.Instances.Keys).ToList())
            _times.Remove(id);
        foreach (var id in Fleet.Instances.Keys)
            Take(id);
    }

    /// <summary>Whether what is shown of it has changed. One that has not stays the same object, by which its line knows.</summary>
    private bool Take(string id)
    {
        var before = _times.GetValueOrDefault(id);
        var after = Fleet.Instances.GetValueOrDefault(id) is { } entry ? BookedTime.Of(entry, Time.GetUtcNow(), Times) : null;
        if (before == after)
            return false;
        if (after is null)
            _times.Remove(id);
        else
            _times[id] = after;
        return (before is not null && _window.Overlaps(before)) || (after is not null && _window.Overlaps(after));
    }

    private void Lay()
    {
        if (Actor is not { } actor)
            return;
        _now = Time.GetUtcNow();
        var window = _view.Window(_now);
        if (window != _window || _ticks.IsEmpty)
            (_window, _ticks) = (window, window.Ticks(Viewer));
        _inOrder = _window.InOrder(_times.Values);
        _steps = Demand.Steps(_inOrder, _view.Resource, _window);
        _lines = _view.AsTable ? [] : TimelineRows.Of(_inOrder, Fleet, _view.ByWorker, actor, _window);
        _labs = [.. Fleet.Definitions.Where(pair => pair.Value.Value is { Status: DefinitionStatus.Active, Latest: not null }).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
        _reach = _templates is { } templates ? FleetReach.Of(Fleet, templates, _now, Times) : null;
    }

    /// <summary>Without the templates all but the most that there can be is shown.</summary>
    private async Task ReadTemplatesAsync()
    {
        try
        {
            _templates = await Control.ReadTemplatesAsync(Left);
        }
        catch (RefusedException)
        {
            _templates = null;
        }
        _read = true;
        Lay();
        StateHasChanged();
    }

    private async Task GoWithTheTimeAsync()
    {
        while (true)
        {
            await Task.Delay(Beat, Time, Left);
            TakeAll();
            Lay();
            if (_templates is null)
                await ReadTemplatesAsync();
            StateHasChanged();
        }
    }

    private void Go(ReservationsView view) => Navigation.NavigateTo(view.Address(Navigation), replace: true);

    private void Move(int halves)
    {
        var from = _window.From.AddHours(_window.Hours / 2.0 * halves);
        Go(_view with { From = halves == 0 ? null : ReservationsView.IsSane(from) ? from : _view.From });
    }

    private void Zoom(int step)
    {
        var next = TimeWindow.Lengths.IndexOf(_view.Hours) + step;
        if (next >= 0 && next < TimeWindow.Lengths.Length)
            Go(_view with { Hours = TimeWindow.Lengths[next] });
    }

    private void GoTo(ChangeEventArgs changed)
    {
        if (DateTime.TryParse(changed.Value as string, CultureInfo.InvariantCulture, out var local) && local.Year is > 2000 and < 9000)
            Go(_view with { From = Viewer.FromLocal(local).ToUniversalTime() });
    }

    private void Choose(ChangeEventArgs changed) => Go(_view with { Resource = Words.ValueOf<ForecastLimit>(changed.Value as string) ?? ReservationsView.Default.Resource });

    /// <param name="slot">Null: nothing is chosen yet.</param>
    private Task ReserveAsync(FreeSlot? slot) => slot is { } free
        ? ReserveDialog.AskAsync(Dialogs, Navigation, _view.Lab, free.Start, (int)(free.End - free.Start).TotalMinutes)
        : ReserveDialog.AskAsync(Dialogs, Navigation);
}
