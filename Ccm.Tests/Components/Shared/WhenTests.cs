using Bunit;
using Ccm.Portal.Components;
using Ccm.Portal.Components.Shared;
using Ccm.Tests.Domain;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Components.Shared;

public sealed class WhenTests : BunitContext
{
    public WhenTests() => Services.AddSingleton<TimeProvider>(new PageTime(Sample.Now));

    [Theory]
    [InlineData("Asia/Tokyo", "2026-03-01 21:00:00")]
    [InlineData("America/New_York", "2026-03-01 07:00:00")]
    [InlineData("", "2026-03-01 12:00:00")]
    [InlineData("No/Such_Zone", "2026-03-01 12:00:00")]
    [InlineData("<script>", "2026-03-01 12:00:00")]
    public void Render_Time_IsOnTheViewersClockWithUtcOnHover(string zone, string shown)
    {
        var time = Show(Sample.Now.ToOffset(TimeSpan.FromHours(-8)), zone).Find("time");

        Assert.Equal(shown, time.TextContent);
        Assert.Equal("2026-03-01 12:00:00 UTC", time.GetAttribute("title"));
        Assert.Equal(Sample.Now, DateTimeOffset.Parse(time.GetAttribute("datetime")!, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(0, "21:00")]
    [InlineData(-20, "01:00")]
    [InlineData(-22, "2026-02-28 23:00")]
    [InlineData(3, "2026-03-02 00:00")]
    public void Render_Short_LeavesTheDateOutOnTheViewersOwnDay(int hours, string shown) =>
        Assert.Equal(shown, Show(Sample.Now.AddHours(hours), "Asia/Tokyo", isShort: true).Find("time").TextContent);

    [Fact]
    public void Render_NoTime_SaysWhatItWasTold()
    {
        var when = Render<When>(parameters => parameters.Add(w => w.Time, null).Add(w => w.Otherwise, "from RUNNING on"));

        Assert.Empty(when.FindAll("time"));
        Assert.Equal("from RUNNING on", when.Find("span").TextContent);
    }

    private IRenderedComponent<When> Show(DateTimeOffset time, string zone, bool isShort = false) =>
        Render<When>(parameters => parameters.AddCascadingValue(new Viewer(false, zone)).Add(w => w.Time, time).Add(w => w.Short, isShort));
}
