using System.Collections.Immutable;
using Ccm.Engine.Booking;

namespace Ccm.Portal.Components.Pages.Reservations;

/// <summary>How much of something is booked, over time.</summary>
internal static class Demand
{
    /// <summary>What is booked at the window's start, and each change of it up to the window's end.</summary>
    public static ImmutableArray<Step> Steps(IEnumerable<BookedTime> times, ForecastLimit limit, TimeWindow window)
    {
        var changes = new List<(DateTimeOffset At, long Amount)> { (window.From, 0) };
        foreach (var time in times.Where(window.Overlaps))
        {
            changes.Add((time.From < window.From ? window.From : time.From, time.Load[limit]));
            if (time.Until < window.Until)
                changes.Add((time.Until, -time.Load[limit]));
        }
        changes.Sort((one, other) => one.At.CompareTo(other.At));
        var (steps, booked) = (ImmutableArray.CreateBuilder<Step>(), 0L);
        for (var n = 0; n < changes.Count;)
        {
            var at = changes[n].At;
            for (; n < changes.Count && changes[n].At == at; n++)
                booked += changes[n].Amount;
            if (steps.Count == 0 || steps[^1].Amount != booked)
                steps.Add(new Step(at, booked));
        }
        return steps.ToImmutable();
    }

    /// <summary>The most that is booked within a part of the window.</summary>
    public static Step Peak(ImmutableArray<Step> steps, DateTimeOffset from, DateTimeOffset until)
    {
        var first = steps.BinarySearch(new Step(from, 0), Step.InTime);
        first = first >= 0 ? first : Math.Max(0, ~first - 1);
        var peak = new Step(from, steps[first].Amount);
        for (var n = first + 1; n < steps.Length && steps[n].At < until; n++)
        {
            if (steps[n].Amount > peak.Amount)
                peak = steps[n];
        }
        return peak;
    }

    /// <summary>The most within each of so many equal parts of the window.</summary>
    public static ImmutableArray<long> Peaks(ImmutableArray<Step> steps, TimeWindow window, int parts)
    {
        var width = (window.Until - window.From) / parts;
        return [.. Enumerable.Range(0, parts).Select(n => Peak(steps, window.From + (width * n), window.From + (width * (n + 1))).Amount)];
    }

    /// <summary>The most between each two marks of the axis, and before the first and after the last.</summary>
    public static IEnumerable<(DateTimeOffset From, DateTimeOffset Until, long Peak)> Between(ImmutableArray<Step> steps, TimeWindow window, ImmutableArray<Tick> ticks)
    {
        var from = window.From;
        foreach (var until in ticks.Select(tick => tick.At).Append(window.Until))
        {
            if (from < until)
                yield return (from, until, Peak(steps, from, until).Amount);
            from = until;
        }
    }
}

/// <param name="Amount">From <paramref name="At"/> on, until the next step.</param>
public sealed record Step(DateTimeOffset At, long Amount)
{
    public static readonly IComparer<Step> InTime = Comparer<Step>.Create((one, other) => one.At.CompareTo(other.At));
}
