using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components;
using Ccm.Portal.Components.Shared;

namespace Ccm.Tests.Components.Shared;

public sealed class ToldTests
{
    [Fact]
    public async Task Text_TimesInIt_AreOnTheViewersClockWithUtcOnHover()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);

        var told = portal.Open<Told>(parameters: builder => builder.Add(shown => shown.Text, "It is placed from 2026-03-01 11:58:00Z on, at 2026-13-01 00:00:00Z never."), zone: "Asia/Tokyo");

        Assert.Equal("It is placed from 2026-03-01 20:58:00 on, at 2026-13-01 00:00:00Z never.", told.Nodes.Aggregate("", (text, node) => text + node.TextContent).Trim());
        Assert.Equal("2026-03-01 11:58:00 UTC", told.Find("time").GetAttribute("title"));
    }

    [Fact]
    public void On_TextWithTimes_IsOnTheViewersClock() =>
        Assert.Equal("Extend to at most 2026-03-01 20:58:00.", Told.On(new Viewer(false, "Asia/Tokyo"), "Extend to at most 2026-03-01 11:58:00Z."));
}
