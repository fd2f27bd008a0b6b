using System.Collections.Immutable;
using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Ccm.Portal.Components.Pages.Reservations;

/// <summary>Bookings as bars along the time, and above them what is booked in sum against what the fleet has.</summary>
public sealed partial class TimelineChart
{
    /// <summary>After a later time there is no room to tell it: an hour is left out, a day stands before its line.</summary>
    private const double LastToTheRight = 0.95;
    private string _marks = "none";
    private Step _peak = new(default, 0);

    [Parameter, EditorRequired]
    public IReadOnlyList<Line> Lines { get; set; } = [];

    [Parameter, EditorRequired]
    public ImmutableArray<Step> Steps { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<Tick> Ticks { get; set; }

    [Parameter, EditorRequired]
    public TimeWindow Window { get; set; } = null!;

    [Parameter, EditorRequired]
    public ReservationsView View { get; set; } = null!;

    [Parameter, EditorRequired]
    public Actor Actor { get; set; } = null!;

    [Parameter, EditorRequired]
    public DateTimeOffset Now { get; set; }

    [Parameter]
    public FleetReach? Reach { get; set; }

    [Parameter]
    public ImmutableArray<FreeSlot>? Free { get; set; }

    [Parameter]
    public bool MayReserve { get; set; }

    [Parameter]
    public EventCallback<FreeSlot> OnReserve { get; set; }

    /// <summary>Half windows to move by; 0: to now.</summary>
    [Parameter]
    public EventCallback<int> OnMove { get; set; }

    /// <summary>To the next longer window, or the next shorter.</summary>
    [Parameter]
    public EventCallback<int> OnZoom { get; set; }

    [CascadingParameter]
    private Viewer Viewer { get; set; } = Viewer.Default;

    private string Words => $"Reservations, {BookingWords.Between(Window.From, Window.Until, Viewer)}. Left and right arrow move the time, Home goes to now, plus and minus change how much is shown.";

    protected override void OnParametersSet()
    {
        _peak = Demand.Peak(Steps, Window.From, Window.Until);
        _marks = Ticks.IsEmpty ? "none" : string.Join(',', Ticks.Select(tick => $"linear-gradient(var({(tick.IsDay ? "--day" : "--hour")}) 0 0) {Window.Percent(tick.At)} 0/1px 100% no-repeat border-box"));
    }

    private string Beyond(long level) => level > Math.Max(_peak.Amount, 1) * DemandChart.Beyond ? " ↑" : "";

    private Task MoveAsync(KeyboardEventArgs pressed) => pressed switch
    {
        { CtrlKey: true } or { AltKey: true } or { MetaKey: true } => Task.CompletedTask,
        { Key: "ArrowLeft" } => OnMove.InvokeAsync(-1),
        { Key: "ArrowRight" } => OnMove.InvokeAsync(1),
        { Key: "Home" } => OnMove.InvokeAsync(0),
        { Key: "+" } => OnZoom.InvokeAsync(-1),
        { Key: "-" } => OnZoom.InvokeAsync(1),
        _ => Task.CompletedTask,
    };
}
