using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Booking;

namespace Ccm.Portal.Components.Pages.Reservations;

/// <summary>The stretch of time that is shown.</summary>
public sealed record TimeWindow(DateTimeOffset From, int Hours)
{
    public static readonly ImmutableArray<int> Lengths = [6, 24, 72, 168];

    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    public DateTimeOffset Until => From.AddHours(Hours);

    /// <summary>The window around now; it stays where it is for a 24th of its length, so that what is looked at does not creep.</summary>
    public static TimeWindow Around(DateTimeOffset now, int hours)
    {
        var step = TimeSpan.FromHours(hours) / 24;
        var from = now.ToUniversalTime() - (step * 2);
        return new TimeWindow(new DateTimeOffset(from.Ticks - (from.Ticks % step.Ticks), TimeSpan.Zero), hours);
    }

    public bool Contains(DateTimeOffset time) => From <= time && time < Until;

    public bool Overlaps(BookedTime time) => time.From < Until && time.Until > From;

    /// <summary>Those that fall into it, by their slots.</summary>
    public List<BookedTime> InOrder(IEnumerable<BookedTime> times) =>
        [.. times.Where(Overlaps).OrderBy(time => time.Start).ThenBy(time => time.Entry.Id, StringComparer.Ordinal)];

    /// <summary>Where a time stands: 0 at the window's start, 1 at its end.</summary>
    public double Share(DateTimeOffset time) => (time - From) / (Until - From);

    /// <summary>How much of the window lies between, 0 to 1.</summary>
    public double Width(DateTimeOffset from, DateTimeOffset until) => Inside(until) - Inside(from);

    /// <summary>Where a time stands as a CSS length, kept inside the window.</summary>
    public string Percent(DateTimeOffset time) => Css(Inside(time));

    public static string Css(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.###}%");

    /// <summary>Full hours of the viewer's clock, midnight among them. Where the clock is put back an hour comes twice, where it is put on one is missing.</summary>
    public ImmutableArray<Tick> Ticks(Viewer viewer)
    {
        var every = Hours switch { 6 => 1, 24 => 2, 72 => 6, _ => 12 };
        var ticks = ImmutableArray.CreateBuilder<Tick>();
        var offset = viewer.Local(From).Offset;
        var first = new DateTimeOffset(From.UtcTicks - (From.UtcTicks % Quarter.Ticks), TimeSpan.Zero);
        for (var at = first < From ? first + Quarter : first; at < Until; at += Quarter)
        {
            var local = viewer.Local(at);
            if (local.Minute != 0 || local.Hour % every != 0)
                continue;
            var clock = local.Hour == 0 ? local.ToString(Hours > 6 ? "ddd d" : "ddd MM-dd", CultureInfo.InvariantCulture) : viewer.Clock(at);
            ticks.Add(new Tick(at, local.Offset == offset ? clock : $"{clock} {local:zzz}", local.Hour == 0));
            offset = local.Offset;
        }
        return ticks.ToImmutable();
    }

    private double Inside(DateTimeOffset time) => Math.Clamp(Share(time), 0, 1);
}

/// <param name="Label">Time of day on the viewer's clock, at midnight the day; with its distance from UTC where the clock has changed before it.</param>
public sealed record Tick(DateTimeOffset At, string Label, bool IsDay);
