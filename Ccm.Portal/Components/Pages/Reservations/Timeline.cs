using System.Collections.Immutable;
using Ccm.Engine.Booking;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Components.Pages.Reservations;

/// <summary>Lays bookings out as bars in lanes, none over another. The same bookings come out the same in any order.</summary>
internal static class Timeline
{
    /// <summary>What is narrower than this share of the window is drawn together with its like next to it.</summary>
    public const double Thinnest = 1.0 / 160;

    private const int Slices = 24;

    /// <summary>The lanes of one row: every booking that overlaps the window stands in exactly one bar.</summary>
    public static ImmutableArray<ImmutableArray<Bar>> Lanes(IEnumerable<BookedTime> times, TimeWindow window)
    {
        var lanes = new List<ImmutableArray<Bar>.Builder>();
        var (busy, free) = (new PriorityQueue<int, DateTimeOffset>(), new PriorityQueue<int, int>());
        foreach (var bar in Bars(times, window))
        {
            while (busy.TryPeek(out var over, out var end) && end <= bar.From)
            {
                busy.Dequeue();
                free.Enqueue(over, over);
            }
            if (!free.TryDequeue(out var lane, out _))
            {
                lane = lanes.Count;
                lanes.Add(ImmutableArray.CreateBuilder<Bar>());
            }
            lanes[lane].Add(bar);
            busy.Enqueue(lane, bar.Until);
        }
        return [.. lanes.Select(lane => lane.ToImmutable())];
    }

    /// <summary>One lane of equal parts of the window, each with how many begin in it: every booking that overlaps the window in exactly one.</summary>
    public static ImmutableArray<Bar> Dense(IEnumerable<BookedTime> times, TimeWindow window)
    {
        var width = (window.Until - window.From) / Slices;
        return [.. times.Where(window.Overlaps).GroupBy(time => Math.Max(0, (int)((time.From - window.From) / width))).OrderBy(slice => slice.Key)
            .Select(slice => new Bar(InOrder(slice), window.From + (width * slice.Key), window.From + (width * (slice.Key + 1))))];
    }

    private static IEnumerable<Bar> Bars(IEnumerable<BookedTime> times, TimeWindow window)
    {
        var least = (window.Until - window.From) * Thinnest;
        return times.Where(window.Overlaps).GroupBy(time => Together(time, window)).Select(group => Together(InOrder(group), least))
            .OrderBy(bar => bar.From).ThenBy(bar => bar.Times[0].Entry.Id, StringComparer.Ordinal);
    }

    private static ImmutableArray<BookedTime> InOrder(IEnumerable<BookedTime> times) => [.. times.OrderBy(time => time.From).ThenBy(time => time.Entry.Id, StringComparer.Ordinal)];

    private static Bar Together(ImmutableArray<BookedTime> times, TimeSpan least)
    {
        var (from, until) = (times[0].From, times.Max(time => time.Until));
        return new Bar(times, from, until - from > least ? until : from + least);
    }

    /// <summary>Those that wait for a place as soon as one is free are one bar; thin ones are one in each slice of the window; others stand alone.</summary>
    private static (string? Id, int Slice) Together(BookedTime time, TimeWindow window)
    {
        if (time is { IsExpected: true, Entry.Value.State: InstanceState.Pending })
            return (null, -1);
        var (from, until) = (window.Share(time.From), window.Share(time.Until));
        return until - from < Thinnest ? (null, Math.Max(0, (int)(from / Thinnest))) : (time.Entry.Id, 0);
    }
}

/// <param name="Times">What it stands for, in order of time; mostly one.</param>
/// <param name="From">From here it is drawn.</param>
/// <param name="Until">To here; later than the last of them ends where that would be too thin to see. In a dense lane: the part in which they begin.</param>
public sealed record Bar(ImmutableArray<BookedTime> Times, DateTimeOffset From, DateTimeOffset Until)
{
    public bool Equals(Bar? other) => other is not null && From == other.From && Until == other.Until && Times.AsSpan().SequenceEqual(other.Times.AsSpan(), ReferenceEqualityComparer.Instance);

    public override int GetHashCode() => HashCode.Combine(From, Until, Times.Length);
}
