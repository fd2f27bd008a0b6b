using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Booking;

/// <summary>The time for which one instance takes a place, counted as the forecast counts it; of what has ended or is ending, as it was.</summary>
/// <param name="From">When it takes its place, or took it: the lead time before its slot.</param>
/// <param name="Start">When its slot starts.</param>
/// <param name="Until">When it gives its place back.</param>
/// <param name="IsExpected">It is to run as soon as possible and has not begun: nobody was promised these times.</param>
public sealed record BookedTime(InstanceEntry Entry, DateTimeOffset From, DateTimeOffset Start, DateTimeOffset Until, bool IsExpected)
{
    /// <summary>What it takes of a worker meanwhile.</summary>
    public Load Load { get; } = Load.Of(Entry.Value.Demand, Entry.Value.Request.PortNames.Length);

    /// <summary>Null when it takes nothing, and took nothing.</summary>
    public static BookedTime? Of(InstanceEntry entry, DateTimeOffset now, PlanningTimes times)
    {
        var instance = entry.Value;
        if (Claim.Of(entry, now, times) is not { } claim)
            return Ended(entry, now, times);
        var from = !instance.AsSoonAsPossible ? claim.From
            : instance.TimeslotStart ?? (instance.HoldsPlace ? instance.LastTransition.At : now);
        var start = instance.TimeslotStart ?? from + times.LabStart(instance.Request.Nodes);
        return new BookedTime(entry, from, start, claim.Until ?? from + claim.Length, instance.TimeslotEnd is null);
    }

    /// <summary>It holds its place until it has ended; what ended before it had one held none.</summary>
    private static BookedTime? Ended(InstanceEntry entry, DateTimeOffset now, PlanningTimes times)
    {
        var instance = entry.Value;
        var over = instance.State == InstanceState.Terminated;
        if (over ? instance.LastTransition.From is null or InstanceState.Pending : !instance.HoldsPlace)
            return null;
        var until = over ? instance.LastTransition.At : now;
        var start = instance.TimeslotStart ?? until;
        var from = instance.AsSoonAsPossible ? start : times.Due(instance);
        return from < until ? new BookedTime(entry, from, start < until ? start : until, until, false) : null;
    }
}
