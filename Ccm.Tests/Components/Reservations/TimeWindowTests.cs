using System.Globalization;
using Ccm.Portal.Components;
using Ccm.Portal.Components.Pages.Reservations;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Reservations;

public sealed class TimeWindowTests
{
    private static readonly Viewer Vienna = new(false, "Europe/Vienna");

    [Fact]
    public void Ticks_ADay_AreEverySecondHourOfTheViewersClock() => Assert.Equal(
        "14:00 16:00 18:00 20:00 22:00 Mon 2 02:00 04:00 06:00 08:00 10:00 12:00", Labels("2026-03-01T12:30Z", 24));

    [Fact]
    public void Ticks_ClockPutOn_LeaveTheMissingHourOutAndSayTheNewOffset() => Assert.Equal(
        "Sun 03-29 01:00 03:00 +02:00 04:00 05:00 06:00", Labels("2026-03-28T23:00Z", 6));

    [Fact]
    public void Ticks_ClockPutBack_HaveTheHourTwiceAndTellThemApart() => Assert.Equal(
        "01:00 02:00 02:00 +01:00 03:00 04:00 05:00", Labels("2026-10-24T23:00Z", 6));

    [Theory]
    [InlineData("2026-03-28T12:00Z")]
    [InlineData("2026-10-24T12:00Z")]
    public void Ticks_AroundAClockChange_StandWhereTheirTimeIs(string from)
    {
        var window = new TimeWindow(DateTimeOffset.Parse(from, CultureInfo.InvariantCulture), 24);
        var ticks = window.Ticks(Vienna);

        Assert.All(ticks, tick => Assert.Equal((tick.At - window.From).TotalHours / 24, window.Share(tick.At), 9));
        Assert.Equal(ticks.Select(tick => tick.At).Distinct().Order(), ticks.Select(tick => tick.At));
        Assert.Equal(1, ticks.Count(tick => tick.IsDay));
        Assert.Single(ticks, tick => tick.Label.Contains(from.Contains("-03-", StringComparison.Ordinal) ? "+02:00" : "+01:00", StringComparison.Ordinal));
    }

    [Fact]
    public void Ticks_ZoneOffTheHour_StandOnItsOwnFullHours() => Assert.Equal(
        "2026-03-01T12:15:00Z", new TimeWindow(Sample.Now, 6).Ticks(new Viewer(false, "Asia/Kathmandu"))[0].At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(6)]
    [InlineData(24)]
    [InlineData(72)]
    [InlineData(168)]
    public void Around_AnyLength_ShowsNowNearItsStartAndStaysForAWhile(int hours)
    {
        var window = TimeWindow.Around(Sample.Now, hours);

        Assert.InRange(window.Share(Sample.Now), 0.08, 0.13);
        Assert.Equal(window, TimeWindow.Around(window.From.AddHours(hours / 12.0), hours));
        Assert.NotEqual(window, TimeWindow.Around(window.From.AddHours(hours / 8.0), hours));
    }

    private static string Labels(string from, int hours) =>
        string.Join(' ', new TimeWindow(DateTimeOffset.Parse(from, CultureInfo.InvariantCulture), hours).Ticks(Vienna).Select(tick => tick.Label));
}
