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
}
