using Ccm.Engine.Booking;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Components.Pages.Reservations;

/// <summary>How bookings are spoken of.</summary>
internal static class BookingWords
{
    /// <summary>The sign on a bar; its colour and its words say the same.</summary>
    public static string Sign(InstanceState state) => state switch
    {
        InstanceState.Running => "▶",
        InstanceState.Scheduled => "◆",
        InstanceState.Instantiating => "▲",
        InstanceState.Collecting or InstanceState.Grading => "✓",
        InstanceState.Stopping => "▼",
        InstanceState.Stopped => "■",
        InstanceState.Archived or InstanceState.Terminated => "●",
        _ => "○",
    };

    public static string Marks(LabletInstance instance) => $"{(instance.AsSoonAsPossible ? "ASAP " : "")}{(instance.Overbooked ? "OVERBOOKED" : "")}".TrimEnd();

    public static string Describe(Bar bar, Actor actor, Viewer viewer) => bar.Times.Length == 1 ? Describe(bar.Times[0], actor, viewer)
        : $"{Counted.Of(bar.Times.Length, "booking")}, {Between(bar.Times[0].From, bar.Times.Max(time => time.Until), viewer)}";

    public static string Describe(BookedTime time, Actor actor, Viewer viewer)
    {
        var (start, instance) = (Between(time.Start, time.Until, viewer), time.Entry.Value);
        if (!TimelineRows.MayRead(actor, time))
            return $"Booked, {start}";
        var state = instance.State.ToString().ToUpperInvariant();
        return $"{instance.DefinitionId} of {instance.OwnerId}: {state}{(time.Entry.WorkerId is { } worker ? $" on {worker}" : "")}, {start}"
            + (time.From < time.Start ? $", takes its place at {viewer.Clock(time.From)}" : "")
            + (time.IsExpected ? ", as soon as possible: these times are expected, not promised" : instance.AsSoonAsPossible ? ", asked for as soon as possible" : "")
            + (instance.Overbooked ? ", overbooked: there may be no place for it" : "");
    }

    /// <summary>On the viewer's clock, and in UTC.</summary>
    public static string Between(DateTimeOffset from, DateTimeOffset until, Viewer viewer) => $"{Span(from, until, viewer)} ({Span(from, until, Viewer.Default)} UTC)";

    private static string Span(DateTimeOffset from, DateTimeOffset until, Viewer viewer) =>
        $"{viewer.Planned(from)} to {(viewer.Local(from).Date == viewer.Local(until).Date ? viewer.Clock(until) : viewer.Planned(until))}";
}
