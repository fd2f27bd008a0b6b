using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.SystemStatus;
using Ccm.Portal.Components.Shared.Forms;
using Ccm.Tests.Domain;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.SystemStatus;

public sealed class NoticePanelTests
{
    [Fact]
    public async Task Admin_PostsAndWithdraws_InTheirOwnTime()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        var panel = portal.Open<NoticePanel>("/system", zone: "Asia/Tokyo");
        Assert.True(panel.Find("[data-test=notice-post]").HasAttribute("disabled"));

        await panel.Find("[data-test=notice-text]").InputAsync("Back at ten.");
        await panel.Find("[data-test=notice-until]").ChangeAsync("2026-03-01T22:00:00");
        await panel.Find("[data-test=notice-post]").ClickAsync();

        PortalContext.Shows(panel, () => Assert.Equal("Back at ten.", panel.Find("[data-test=notice-now]").TextContent));
        Assert.Equal(new Notice("Back at ten.", Sample.Now.AddHours(1), Sample.Now, "Admin"), portal.Cache.Current.Notice!.Value);
        Assert.Equal("", panel.Find("[data-test=notice-text]").GetAttribute("value") ?? "");

        await panel.Find("[data-test=notice-withdraw]").ClickAsync();

        PortalContext.Shows(panel, () => Assert.Empty(panel.FindAll("[data-test=notice-now]")));
        Assert.Null(portal.Cache.Current.Notice);
    }

    [Fact]
    public async Task Draft_OfANotice_ComesBackAndIsDiscardedOrPosted()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        portal.HasDraft("notice", new Draft("", Sample.Now, new() { ["text"] = "Back at", ["until"] = "2026-03-01T22:00" }));
        var panel = portal.Open<NoticePanel>("/system");
        PortalContext.Shows(panel, () => Assert.Equal("Back at", panel.Find("[name=text]").GetAttribute("value")));
        Assert.StartsWith("2026-03-01T22:00", panel.Find("[name=until]").GetAttribute("value"), StringComparison.Ordinal);

        await panel.Find("[data-test=draft-discard]").ClickAsync();

        PortalContext.Shows(panel, () => Assert.Empty(panel.FindAll("[data-test=draft-back]")));
        Assert.Equal("", panel.Find("[name=text]").GetAttribute("value") ?? "");
        await panel.Find("[name=text]").InputAsync("Back at ten.");
        await panel.Find("[data-test=notice-post]").ClickAsync();
        PortalContext.Shows(panel, () => Assert.NotEmpty(panel.FindAll("[data-test=notice-now]")));
        Assert.Equal(2, portal.Calls("ccm.drafts.drop").Count);
    }

    [Fact]
    public async Task Operator_SeesItAndCannotChangeIt()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.Control.PostNoticeAsync(PortalContext.Admin, Operation.New(), "Back at ten.", null, TestContext.Current.CancellationToken);

        var panel = portal.Open<NoticePanel>("/system");

        Assert.Contains("until it is withdrawn", panel.Markup, StringComparison.Ordinal);
        Assert.Empty(panel.FindAll("[data-test=notice-text], [data-test=notice-post], [data-test=notice-withdraw]"));
    }

    [Fact]
    public async Task Notice_EndsByItself_IsTakenOffWithoutAnyChange()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.Control.PostNoticeAsync(PortalContext.Admin, Operation.New(), "Back at ten.", Sample.Now.AddMinutes(1), TestContext.Current.CancellationToken);
        var panel = portal.Open<NoticePanel>("/system");
        Assert.Single(panel.FindAll("[data-test=notice-now]"));

        portal.Time.Advance(TimeSpan.FromMinutes(1));

        portal.ShowsInTime(panel, () => Assert.Empty(panel.FindAll("[data-test=notice-now]")));
    }

    [Fact]
    public async Task Admin_UntilIsPast_IsToldAndTheTextIsKept()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        var panel = portal.Open<NoticePanel>("/system");

        await panel.Find("[data-test=notice-text]").InputAsync("Too late.");
        await panel.Find("[data-test=notice-until]").ChangeAsync("2026-02-01T22:00:00");
        await panel.Find("[data-test=notice-post]").ClickAsync();

        PortalContext.Shows(portal.Messages, () => Assert.Contains("Give a time to come", portal.Messages.Markup, StringComparison.Ordinal));
        Assert.Equal("Too late.", panel.Find("[data-test=notice-text]").GetAttribute("value"));
        Assert.Null(portal.Cache.Current.Notice);
    }
}
