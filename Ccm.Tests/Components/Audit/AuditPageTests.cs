using System.Text.Json;
using Bunit;
using Ccm.Engine.Auditing;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Portal.Components.Pages.Audit;
using Ccm.Portal.Components.Shared;
using Ccm.Tests.Domain;
using static Ccm.Tests.Components.Audit.WrittenTrail;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Audit;

public sealed class AuditPageTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_RoleUser_SeesNothing()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await WriteAsync(portal, 3);

        var page = portal.Open<AuditPage>("/audit");

        Assert.Empty(page.FindAll("[data-test=event]"));
        Assert.Contains("does not show the audit trail", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_NothingYet_SaysWhatWillStandThere()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);

        Assert.Contains("Nothing has happened yet", portal.Open<AuditPage>("/audit").Find("[data-test=empty]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_Events_TellWhenWhoWhatAndLinkTheObject()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await WriteAsync(portal, 1);

        var row = portal.Open<AuditPage>("/audit", zone: "Europe/Vienna").Find("[data-test=event]");

        Assert.Equal("Template updated", row.QuerySelector(".event")!.TextContent.Trim());
        Assert.Equal(("/templates/t-1", "t-1"), (row.QuerySelector(".object a")!.GetAttribute("href"), row.QuerySelector(".object a")!.TextContent));
        Assert.Equal(["Ms Admin", "admin"], row.QuerySelectorAll(".who button, .who .ccm-role").Select(part => part.TextContent));
        Assert.StartsWith("Edited 1.", row.QuerySelector(".why")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("Max workers: 1 → 2 · Note: a → b", row.QuerySelector(".why .summary")!.TextContent);
        Assert.Contains("UTC", row.QuerySelector("time")!.GetAttribute("title"), StringComparison.Ordinal);
        Assert.Empty(portal.Open<AuditPage>("/audit").FindAll("[data-test=export-csv], [data-test=verify]"));
    }

    [Fact]
    public async Task Toggle_Event_ShowsEachFieldBeforeAndAfterAndStandsInTheAddress()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await WriteAsync(portal, 3);
        var page = portal.Open<AuditPage>("/audit");

        await page.Find("[data-sequence='2'] .toggle button").ClickAsync();

        Assert.EndsWith("/audit?event=2", portal.Navigation.Uri, StringComparison.Ordinal);
        page = portal.Open<AuditPage>("/audit?event=2");
        Assert.Equal("true", page.Find("[data-sequence='2'] .toggle button").GetAttribute("aria-expanded"));
        var field = page.Find("[data-field=maxWorkers]");
        Assert.Equal(["Max workers", "2", "3"], field.QuerySelectorAll("th, td").Select(cell => cell.TextContent.Trim()));
        Assert.Contains("quiet", page.Find("[data-field=revision]").ClassList);
        await page.Find("[data-test=as-text]").ClickAsync();
        PortalContext.Shows(page, () => Assert.Contains(page.FindAll("[data-test=diff] .dropped"), line => line.TextContent.Contains("\"maxWorkers\": 2,", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Open_PublishedVersion_ShowsWhatItChangedAgainstTheOneBefore()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var lab = LabText.TwoRouters("lab");
        await portal.PublishAsync("lab", "1.0.0", lab);
        await portal.PublishAsync("lab", "2.0.0", lab.Replace("iosv", "iol", StringComparison.Ordinal));
        await RelayAsync(portal);

        var page = portal.Open<AuditPage>("/audit?event=2");

        PortalContext.Shows(page, () => Assert.Equal(["1.0.0", "2.0.0"], page.Find("[data-test=version-change] [data-field=version]").QuerySelectorAll("td").Select(cell => cell.TextContent.Trim())));
        PortalContext.Shows(page, () => Assert.Contains(page.FindAll("[data-test=version-change] [data-test=diff] .added"), line => line.TextContent.Contains("iol", StringComparison.Ordinal)));
        Assert.Contains("first version", portal.Open<AuditPage>("/audit?event=1").Find("[data-test=version-change]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Older_MoreThanAPage_IsAddedBelow()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await WriteAsync(portal, 150);
        var page = portal.Open<AuditPage>("/audit");
        Assert.Equal(("150", "51"), Ends(page));

        await page.Find("[data-test=older]").ClickAsync();

        Assert.Empty(page.FindAll("[data-test=older]"));
        Assert.Contains("150 events, and none before", page.Find("[data-test=end]").TextContent, StringComparison.Ordinal);
        var window = page.FindComponent<RowWindow<AuditLine>>();
        await window.InvokeAsync(() => window.Instance.Show(140, 10));
        Assert.Equal("1", Ends(page).Item2);
    }

    /// <summary>Some of thousands are in the document; the next are read before the last is reached.</summary>
    [Fact]
    public async Task Scroll_ThousandsOfEvents_OnlyThoseAroundAreInTheDocument()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        for (var n = 0; n < 20; n++)
            await WriteAsync(portal, 100);
        var page = portal.Open<AuditPage>("/audit?event=1999");
        var window = page.FindComponent<RowWindow<AuditLine>>();
        Assert.True(page.FindAll("[data-test=event]").Count <= 100);

        for (var read = 100; read < 2000;)
        {
            await window.InvokeAsync(() => window.Instance.Show(read - 15, 15));
            read = Math.Min(read + 500, 2000);
            PortalContext.Shows(page, () => Assert.Contains(read == 2000 ? "2,000 events, and none before." : $"{read.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)} shown", page.Find(".more").TextContent, StringComparison.Ordinal));
        }
        await window.InvokeAsync(() => window.Instance.Show(1990, 15));

        PortalContext.Shows(page, () => Assert.Equal("1", Ends(page).Item2));
        Assert.InRange(page.FindAll("[data-test=event]").Count, 50, 160);
        // The lines of one open event's details are in the trail as well.
        var lines = window.Instance.Items.Count;
        Assert.InRange(lines, 2004, 2011);
        var spacers = page.FindAll(".ccm-spacer").Sum(spacer => int.Parse(spacer.GetAttribute("style")!.Split(':', 'p')[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(lines, (spacers / AuditLine.Height) + page.FindAll("[data-test=trail] tbody > tr:not(.ccm-spacer)").Count);
    }

    [Fact]
    public async Task NewEvents_WhileSomebodyReads_AreCountedAndShownWhenAskedFor()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await WriteAsync(portal, 2);
        var page = portal.Open<AuditPage>("/audit");

        await WriteAsync(portal, 1);
        portal.ShowsInTime(page, () => Assert.Equal("1 new event", page.Find("[data-test=newer]").TextContent.Trim()));
        Assert.Equal(("2", "1"), Ends(page));
        await WriteAsync(portal, 2);
        portal.ShowsInTime(page, () => Assert.Equal("3 new events", page.Find("[data-test=newer]").TextContent.Trim()));

        await page.Find("[data-test=newer]").ClickAsync();

        PortalContext.Shows(page, () => Assert.Equal(("5", "1"), Ends(page)));
        Assert.Empty(page.FindAll("[data-test=newer]"));
    }

    [Fact]
    public async Task NewEvents_OfAnotherKind_AreNotCounted()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await WriteAsync(portal, 2);
        var page = portal.Open<AuditPage>("/audit?subject=templates/t-9");
        Assert.NotEmpty(page.FindAll("[data-test=empty]"));

        await WriteAsync(portal, 10);

        portal.ShowsInTime(page, () => Assert.Equal("1 new event", page.Find("[data-test=newer]").TextContent.Trim()));
    }

    [Fact]
    public async Task Open_AddressOfAnOldEvent_ShowsItAndOffersTheNewer()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await WriteAsync(portal, 250);

        var page = portal.Open<AuditPage>("/audit?event=40");

        PortalContext.Shows(page, () => Assert.Equal(("40", "1"), Ends(page)));
        Assert.NotEmpty(page.FindAll("[data-sequence='40'] + .details"));
        PortalContext.Shows(page, () => Assert.Contains("More than 100 newer events", page.Find("[data-test=newer]").TextContent, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"actorName":"Ms Admin","actorRoles":["admin"]}""", "admin", "Ms Admin", "admin", "")]
    [InlineData("""{"actorName":"nightly","actorRoles":["operator"],"via":"rest"}""", "c-7", "nightly", "operator", "REST")]
    [InlineData("""{"actorName":"old","requestHash":"5f"}""", "c-7", "old", "", "REST")]
    [InlineData("""{"actorName":"controller"}""", "ccm/controller", "controller", "", "engine")]
    public async Task Open_Event_TellsAProgramFromAPerson(string data, string actor, string name, string role, string program)
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.Trail.AppendAsync(AuditChain.Link(AuditHead.Start, [(new OutboxEntry("op-1", null, [new OutboxEvent("ccm.worker.running", "workers/w-1", Sample.Now, actor, JsonDocument.Parse(data).RootElement)]), 1)]), Cancelled);

        var page = portal.Open<AuditPage>("/audit?event=1");

        var who = page.Find("[data-test=event] .who");
        string[] ways = ["person", "rest", "engine"];
        Assert.Equal([name, role, program], new[] { ".ccm-plain-button", ".ccm-role", ".program" }.Select(part => who.QuerySelector(part)?.TextContent ?? ""));
        Assert.Equal(program == "REST", page.Find(".details").TextContent.Contains("by the REST interface", StringComparison.Ordinal));
        Assert.Equal([program.Length == 0 ? "person" : program.ToLowerInvariant()], ways.Where(way => portal.Open<AuditPage>($"/audit?via={way}").FindAll("[data-test=event]").Count == 1));
    }

    [Fact]
    public async Task DocumentsAway_WhatIsShownStaysAndIsTold()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await WriteAsync(portal, 150);
        var page = portal.Open<AuditPage>("/audit");
        portal.TakeDocumentsAway();

        await page.Find("[data-test=older]").ClickAsync();

        Assert.Contains("what is shown stands", page.Find("[data-test=audit-problem]").TextContent, StringComparison.Ordinal);
        Assert.Equal(("150", "51"), Ends(page));
        portal.TakeDocumentsAway(away: false);
        await page.Find("[data-test=older]").ClickAsync();
        Assert.Empty(page.FindAll("[data-test=audit-problem]"));
    }

    /// <summary>What the control plane has put into the outbox.</summary>
    private static async Task RelayAsync(PortalContext portal)
    {
        var outbox = await portal.Store.ListAsync(StateKeys.Outbox, 0, Cancelled);
        await portal.Trail.AppendAsync(AuditChain.Link(AuditHead.Start, outbox.Entries.Select(entry => (DomainJson.Read<OutboxEntry>(entry.Value.Span), entry.ModRevision))), Cancelled);
    }
}
