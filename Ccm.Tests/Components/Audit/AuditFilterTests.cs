using System.Text.Json;
using Bunit;
using Ccm.Engine.Auditing;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Audit;
using Ccm.Tests.Domain;
using static Ccm.Tests.Components.Audit.WrittenTrail;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Audit;

public sealed class AuditFilterTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("subject=templates/t-2", "2")]
    [InlineData("subject=templates/*&actor=Ms%20Admin&range=7d", "4321")]
    [InlineData("type=ccm.worker.template.updated&text=EDITED%203", "3")]
    [InlineData("operationId=op-4", "4")]
    [InlineData("until=2020-01-01T00:00:00Z", "")]
    [InlineData("via=Person&subject=templates/t-2", "2")]
    [InlineData("via=rest", "")]
    [InlineData("range=nonsense&from=yesterday&event=x,-1&type=&subject=&via=2&nothing=1", "4321")]
    public async Task Open_Address_IsTheQuestion(string query, string sequences)
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await WriteAsync(portal, 4);

        Assert.Equal(sequences, string.Concat(portal.Open<AuditPage>($"/audit?{query}").FindAll("[data-test=event]").Select(row => row.GetAttribute("data-sequence"))));
    }

    [Fact]
    public async Task Open_FilterThatIsNoText_CountsAsNone()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await WriteAsync(portal, 2);

        Assert.Equal(("2", "1"), Ends(portal.Open<AuditPage>("/audit?text=a%00b")));
    }

    [Fact]
    public async Task Filters_Chosen_StandInTheAddress()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await WriteAsync(portal, 2);
        var page = portal.Open<AuditPage>("/audit?event=1");

        await page.Find("[data-test=kind-templates]").ClickAsync();
        Assert.EndsWith("/audit?subject=templates%2F%2A", portal.Navigation.Uri, StringComparison.Ordinal);
        await page.Find("[data-test=actor]").ChangeAsync(" alice ");
        Assert.EndsWith("/audit?subject=templates%2F%2A&actor=alice", portal.Navigation.Uri, StringComparison.Ordinal);
        await page.Find("[data-test=via]").ChangeAsync("person");
        Assert.EndsWith("&actor=alice&via=person", portal.Navigation.Uri, StringComparison.Ordinal);
        Assert.Contains("via=person", page.Find("[data-test=export-csv]").GetAttribute("href"), StringComparison.Ordinal);
        await page.Find("[data-test=via]").ChangeAsync("");
        await page.Find("[data-test=when]").ChangeAsync("24h");
        Assert.EndsWith("&actor=alice&range=24h", portal.Navigation.Uri, StringComparison.Ordinal);
        await page.Find("[data-test=when]").ChangeAsync("between");
        Assert.Contains("&actor=alice&from=", portal.Navigation.Uri, StringComparison.Ordinal);
        await page.Find("[data-test=clear]").ClickAsync();
        Assert.EndsWith("/audit", portal.Navigation.Uri, StringComparison.Ordinal);
        Assert.EndsWith("/export/audit?format=csv", page.Find("[data-test=export-csv]").GetAttribute("href"), StringComparison.Ordinal);
        Assert.True(page.Find("[data-test=export-csv]").HasAttribute("download"));
    }

    [Fact]
    public async Task Between_TimesOfTheViewersZone_AreInstantsInTheAddress()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await WriteAsync(portal, 1);
        var page = portal.Open<AuditPage>("/audit?from=2026-07-01T08:00:00Z", zone: "Europe/Vienna");
        Assert.Equal("2026-07-01T10:00", page.Find("[data-test=from]").GetAttribute("value"));

        await page.Find("[data-test=until]").ChangeAsync("2026-07-02T00:00");

        Assert.EndsWith("/audit?from=2026-07-01T08%3A00%3A00Z&until=2026-07-01T22%3A00%3A00Z", portal.Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Between_TimesWrittenAnew_StaysWhereItIs()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await WriteAsync(portal, 1);
        var page = portal.Open<AuditPage>("/audit?from=2026-07-01T08:00:00Z", zone: "Europe/Vienna");

        await page.Find("[data-test=from]").ChangeAsync("9999-12-31T23:59");
        Assert.EndsWith("/audit?from=2026-07-01T08:00:00Z", portal.Navigation.Uri, StringComparison.Ordinal);
        await page.Find("[data-test=from]").ChangeAsync("");
        Assert.EndsWith("/audit", portal.Navigation.Uri, StringComparison.Ordinal);
        await page.Find("[data-test=from]").ChangeAsync("2026-07-02T00:00");
        Assert.EndsWith("/audit?from=2026-07-01T22%3A00%3A00Z", portal.Navigation.Uri, StringComparison.Ordinal);

        await page.Find("[data-test=clear]").ClickAsync();
        Assert.Empty(page.FindAll("[data-test=from]"));
    }

    [Fact]
    public async Task Open_HistoryOfATemplate_NamesWhatItShowsAndLeavesTheRestAPressAway()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await WriteAsync(portal, 1);
        await portal.Trail.AppendAsync(AuditChain.Link(await HeadAsync(portal),
            [(new OutboxEntry("op-s", null, [new OutboxEvent(EventTypes.ScalingUpSkipped, "templates/t-1", Sample.Now, "ccm/controller", JsonDocument.Parse("""{"reason":"Full."}""").RootElement)]), 2)]), Cancelled);
        var page = portal.Open<AuditPage>("/audit?subject=templates/t-1&type=ccm.worker.template.*");
        Assert.Equal("Template updated", Assert.Single(page.FindAll("[data-test=event]")).QuerySelector(".event")!.TextContent.Trim());
        Assert.Equal("any template event", page.Find("[data-test=type] option[value='ccm.worker.template.*']").TextContent);

        await page.Find("[data-test=type]").ChangeAsync("");

        Assert.EndsWith("/audit?subject=templates%2Ft-1", portal.Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Toggle_MoreThanAnAddressHolds_ClosesThoseThatWereOpenedFirst()
    {
        var filter = Enumerable.Range(1, 100).Aggregate(new AuditFilter(), (filter, n) => filter.Toggle(1_000_000 + n));

        var read = AuditFilter.Read(null, null, null, null, null, null, null, null, filter.Open, null);
        Assert.Equal(Enumerable.Range(39, 62).Select(n => 1_000_000L + n), read.Opened.Order());
        Assert.Equal(61, read.Toggle(1_000_050).Opened.Count);
    }
}
