using Ccm.Portal.Components;
using Ccm.Tests.Domain;
using Microsoft.AspNetCore.Http;

namespace Ccm.Tests.Components;

public sealed class ViewerTests
{
    [Theory]
    [InlineData("ccm-tz=Asia%2FTokyo", "Asia/Tokyo", 21)]
    [InlineData("ccm-tz=Asia%2FTokyo; ccm-zone=UTC", "UTC", 12)]
    [InlineData("ccm-tz=Asia%2FTokyo; ccm-zone=Europe%2FVienna", "Europe/Vienna", 13)]
    [InlineData("ccm-tz=Asia%2FTokyo; ccm-zone=Atlantis%2FCapital", "Asia/Tokyo", 21)]
    [InlineData("ccm-tz=nonsense", "UTC", 12)]
    [InlineData("ccm-theme=dark", "UTC", 12)]
    public void Of_Cookies_TheChosenZoneCountsElseTheBrowsers(string cookies, string zone, int hour)
    {
        var http = new DefaultHttpContext { Request = { Headers = { Cookie = cookies } } };

        var viewer = Viewer.Of(http.Request.Cookies);

        Assert.Equal((zone, hour), (viewer.ZoneName, viewer.Local(Sample.Now).Hour));
        Assert.Equal(cookies.Contains("dark", StringComparison.Ordinal), viewer.Dark);
    }

    /// <summary>One way to write a time, with as much of it as is needed.</summary>
    [Fact]
    public void Times_OnTheViewersClock_AreWrittenAlike()
    {
        var viewer = new Viewer(false, "Asia/Tokyo");

        Assert.Equal(["2026-03-02 05:04:03", "2026-03-02 05:04", "05:04", "Mon 2026-03-02 05:04", "05:04", "2026-03-02T05:04"],
            Of(new DateTimeOffset(2026, 3, 1, 20, 4, 3, TimeSpan.Zero)));

        string[] Of(DateTimeOffset time) => [viewer.Exact(time), viewer.Brief(time, Sample.Now), viewer.Brief(time, time), viewer.Planned(time), viewer.Clock(time), viewer.Field(time)];
    }
}
