using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Reservations;

/// <summary>One lane; painted again only when other bars stand in it, or elsewhere.</summary>
public sealed partial class TimelineLine
{
    private const int LanesBetweenNames = 10;

    /// <summary>From these shares of the window on a bar has room for its sign, and for words.</summary>
    private const double SignFits = 0.02;
    private const double WordsFit = 0.05;

    /// <summary>A narrower bar is too small to be hit for certain: keys go by it, to a closer look or to the table.</summary>
    private const double Target = 0.035;
    private (Line? Line, ReservationsView? View, TimeWindow? Window, Viewer? Viewer) _painted;
    private bool _again;

    [Parameter, EditorRequired]
    public Line Line { get; set; } = null!;

    [Parameter, EditorRequired]
    public TimeWindow Window { get; set; } = null!;

    [Parameter, EditorRequired]
    public ReservationsView View { get; set; } = null!;

    [Parameter, EditorRequired]
    public Actor Actor { get; set; } = null!;

    [CascadingParameter]
    private Viewer Viewer { get; set; } = Viewer.Default;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string Name => Line.Row.Kind switch
    {
        RowKind.Waiting => "No place yet",
        RowKind.Others => "Others",
        RowKind.Ended => "Ended",
        _ => Line.Row.Name,
    };

    /// <summary>Its kind, and its state when that is not what one expects.</summary>
    private string? Told => Line.Worker is not { } worker ? null : worker.State == WorkerState.Running ? worker.Template : $"{worker.State.ToString().ToUpperInvariant()} {worker.Template}";

    private string About => Line.Row.Kind switch
    {
        RowKind.Waiting => "Capacity is not held for next week: each takes a place on a worker when it becomes due",
        RowKind.Others => "Booked by others",
        _ => "Their places were given back, and which worker each was on is in its events",
    };

    /// <summary>The first painting is not asked for; each later one is due once for what has changed, however often the chart is laid out.</summary>
    protected override void OnParametersSet()
    {
        var now = (Line, View, Window, Viewer);
        _again |= _painted.Line is not null && now != _painted;
        _painted = now;
    }

    protected override bool ShouldRender()
    {
        var again = _again;
        _again = false;
        return again;
    }

    /// <summary>One booking leads to its page, several to a closer look; null: it is not for everybody's eyes.</summary>
    private string? Address(Bar bar)
    {
        if (!bar.Times.All(time => TimelineRows.MayRead(Actor, time)))
            return null;
        if (bar.Times.Length == 1)
            return $"/instances/{bar.Times[0].Entry.Id}";
        var closer = TimeWindow.Lengths.LastOrDefault(hours => hours < Window.Hours);
        return (closer == 0 ? View with { From = bar.From, AsTable = true } : View with { From = bar.From.AddHours(-closer / 2), Hours = closer }).Address(Navigation);
    }

    private static string Class(Bar bar)
    {
        if (bar.Times.Length > 1)
            return "many";
        var instance = bar.Times[0].Entry.Value;
        return $"{StateChip.ToneOf(instance.State)}{(instance.AsSoonAsPossible ? " asap" : "")}{(instance.Overbooked ? " overbooked" : "")}{(bar.Times[0].IsExpected ? " expected" : "")}";
    }

    private string Place(Bar bar) => $"left:{Window.Percent(bar.From)};width:{TimeWindow.Css(Width(bar))}"
        + (bar.Times is [var only] && bar.From == only.From && only.Start > only.From ? $";--lead:{TimeWindow.Css(Lead(only, Width(bar)))}" : "");

    private double Width(Bar bar) => Window.Width(bar.From, bar.Until);

    /// <summary>How much of what is drawn comes before the slot.</summary>
    private double Lead(BookedTime time, double width) => width == 0 ? 0 : Window.Width(time.From, time.Start) / width;

    private string Inside(Bar bar)
    {
        var width = Width(bar);
        if (bar.Times.Length > 1)
            return width < SignFits ? "" : $"{bar.Times.Length}{(width < WordsFit * 2 ? "" : " bookings")}";
        var instance = bar.Times[0].Entry.Value;
        var sign = $"{BookingWords.Sign(instance.State)}{(instance.Overbooked ? "!" : "")}";
        return width < SignFits ? "" : width < WordsFit ? sign
            : $"{sign} {(Line.Row.Kind == RowKind.Definition ? instance.OwnerId : instance.DefinitionId)} {BookingWords.Marks(instance)}".TrimEnd();
    }
}
