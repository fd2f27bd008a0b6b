using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Workers;
using Ccm.Tests.Domain;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Workers;

public sealed class WorkersPageTests
{
    [Fact]
    public async Task Open_Fleet_ShowsACardWithBarsForEach()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker(), new Capacity(0, 64, 200, 100), 2000, 2001, 2002);
        await portal.PutAsync(Sample.Worker("w-2", WorkerState.Failed) with { UnreachableSince = Sample.Now });
        await portal.PutAsync(Sample.Worker("w-3", WorkerState.Draining) with { DrainStartedAt = Sample.Now, DrainOverdueSince = Sample.Now });
        await portal.PutAsync(Sample.Worker("w-4", WorkerState.Failed));
        await portal.PutAsync(Sample.Worker("w-5") with { LostSince = Sample.Now, UnreachableSince = Sample.Now });
        await portal.PutAsync(Sample.Worker("w-6") with { Trouble = "No licence." });
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running), "w-1");

        var page = portal.Open<WorkersPage>("/workers");

        var cards = page.FindAll("[data-test=worker]");
        Assert.Equal(["w-1", "w-2", "w-3", "w-4", "w-5", "w-6"], cards.Select(card => card.GetAttribute("data-id")));
        Assert.Contains("1 lab", cards[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("3 of 8,000 ports taken", cards[0].TextContent, StringComparison.Ordinal);
        Assert.Equal(["", "does not answer!", "drain overdue", "Ready.!", "its host is lost!", "No licence."], cards.Select(card => card.QuerySelector("[data-test=card-trouble]") is { } trouble ? trouble.TextContent + (trouble.ClassList.Contains("grave") ? "!" : "") : ""));
        Assert.Equal("CPU: 64 of 64 cores in use, 0 free", cards[0].QuerySelector(".ccm-bar")!.GetAttribute("aria-label"));
        Assert.Equal(["All but TERMINATED 6", "RUNNING 3", "DRAINING 1", "FAILED 2"], page.FindAll(".ccm-chips .ccm-chip").Select(chip => chip.TextContent));
    }

    /// <summary>Whoever aims at a card hits that card.</summary>
    [Theory]
    [InlineData("onpointerenter", "onpointerleave")]
    [InlineData("onfocusin", "onfocusout")]
    public async Task Change_WhileSomebodyIsAtTheCards_WaitsUntilTheyLeave(string come, string leave)
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker());
        await portal.PutAsync(Sample.Worker("w-2"));
        var page = portal.Open<WorkersPage>("/workers");

        await page.Find(".still").TriggerEventAsync(come, new EventArgs());
        await portal.PutAsync(Sample.Worker(state: WorkerState.Failed));
        await portal.PutAsync(Sample.Worker(state: WorkerState.Terminated));
        await portal.PutAsync(Sample.Worker("w-3"));

        PortalContext.Shows(page, () => Assert.Equal("2 changes wait while you are here.", page.Find("[data-test=cards-wait]").TextContent));
        Assert.Equal(["w-1 RUNNING", "w-2 RUNNING"], Cards());

        await page.Find(".still").TriggerEventAsync(leave, new EventArgs());

        PortalContext.Shows(page, () => Assert.Equal(["w-2 RUNNING", "w-3 RUNNING"], Cards()));
        Assert.Equal("", page.Find("[data-test=cards-wait]").TextContent);

        IEnumerable<string> Cards() => page.FindAll("[data-test=worker]").Select(card => $"{card.GetAttribute("data-id")} {card.QuerySelector("[data-test=state]")!.TextContent}").Order();
    }

    [Fact]
    public async Task Change_OneWorker_RepaintsItsCardAndNoOther()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        for (var n = 1; n <= 5; n++)
            await portal.PutAsync(Sample.Worker($"w-{n}"));
        var page = portal.Open<WorkersPage>("/workers");

        await portal.PutAsync(Sample.Worker("w-2", WorkerState.Draining));

        PortalContext.Shows(page, () => Assert.Equal("DRAINING", page.Find("[data-id=w-2] [data-test=state]").TextContent));
        var paints = page.FindComponents<WorkerCard>().ToDictionary(card => card.Instance.Worker.Id, card => card.RenderCount);
        Assert.Equal(5, paints.Count);
        Assert.All(paints, paint => Assert.Equal(paint.Key == "w-2", paint.Value > 1));
    }

    [Theory]
    [InlineData("", "w-1 w-2")]
    [InlineData("?state=TERMINATED", "w-3")]
    [InlineData("?state=draining", "w-2")]
    [InlineData("?state=STOPPED", "")]
    [InlineData("?state=7", "w-1 w-2")]
    [InlineData("?state=%3Cscript%3E", "w-1 w-2")]
    public async Task Address_State_IsTakenAndNonsenseIsIgnored(string query, string ids)
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker());
        await portal.PutAsync(Sample.Worker("w-2", WorkerState.Draining));
        await portal.PutAsync(Sample.Worker("w-3", WorkerState.Terminated));

        Assert.Equal(ids, string.Join(' ', portal.Open<WorkersPage>("/workers" + query).FindAll("[data-test=worker]").Select(card => card.GetAttribute("data-id"))));
    }

    [Fact]
    public async Task Table_Asked_StandsInTheAddressAndFollowsTheLabs()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker(), new Capacity(60, 128, 200, 100));
        await portal.PutAsync(Sample.Worker("w-2", WorkerState.Draining) with { DrainOverdueSince = Sample.Now });
        var page = portal.Open<WorkersPage>("/workers?sort=cpuFree&order=asc");

        await page.Find("[data-test=as-table]").ClickAsync();

        Assert.EndsWith("/workers?sort=cpuFree&order=asc&view=table", portal.Navigation.Uri, StringComparison.Ordinal);
        PortalContext.Shows(page, () => Assert.Equal(["w-1 0", "w-2 0"], page.FindAll("[data-test=row]").Select(row => $"{row.GetAttribute("data-id")} {row.QuerySelector("[data-column=labs]")!.TextContent.Trim()}")));
        Assert.Contains("drain overdue", page.Find("[data-id=w-2]").TextContent, StringComparison.Ordinal);
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running), "w-2");
        PortalContext.Shows(page, () => Assert.Equal("1", page.Find("[data-id=w-2] [data-column=labs]").TextContent.Trim()));
        await portal.PutAsync(Sample.Instance("i-1"), "w-1");
        PortalContext.Shows(page, () => Assert.Equal(["1", "0"], page.FindAll("[data-column=labs]").Select(cell => cell.TextContent.Trim())));
    }

    [Fact]
    public async Task BulkDrain_SomeNotRunning_DrainsTheOthers()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.PutAsync(Sample.Worker());
        await portal.PutAsync(Sample.Worker("w-2", WorkerState.Failed));
        await portal.PutAsync(Sample.Worker("w-3"));
        var page = portal.Open<WorkersPage>("/workers?view=table");
        await page.Find("[data-test=select-all]").ClickAsync();

        var asking = page.Find("[data-test=bulk-drain]").ClickAsync();
        await portal.Dialogs.WaitForElement("[data-test=bulk-confirm]").ClickAsync();
        PortalContext.Shows(portal.Dialogs, () => Assert.Equal("2 of 2 done.", portal.Dialogs.Find("[data-test=bulk-progress]").TextContent));
        await portal.Dialogs.Find("[data-test=bulk-close]").ClickAsync();
        await asking;

        Assert.Equal([WorkerState.Draining, WorkerState.Failed, WorkerState.Draining], new[] { "w-1", "w-2", "w-3" }.Select(id => portal.Cache.Current.Workers[id].Value.State));
    }

    [Fact]
    public async Task BulkDrain_SomeHaveLabs_ShowsEachPlanFirst()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        foreach (var id in new[] { "w-1", "w-2", "w-3" })
            await portal.PutAsync(Sample.Worker(id));
        await portal.PutAsync(Sample.Instance("i-late", InstanceState.Running) with { TimeslotEnd = Sample.Now.AddHours(3) }, "w-1");
        await portal.PutAsync(Sample.Instance("i-soon", InstanceState.Running) with { TimeslotEnd = Sample.Now.AddHours(1) }, "w-2");
        await portal.PutAsync(Sample.Instance("i-next", InstanceState.Scheduled), "w-2");
        var page = portal.Open<WorkersPage>("/workers?view=table");
        await page.Find("[data-test=select-all]").ClickAsync();

        var asking = page.Find("[data-test=bulk-drain]").ClickAsync();
        portal.Dialogs.WaitForElement("[data-test=bulk-confirm]");

        Assert.Equal("2 labs go on. The last of the workers is free in 3 h 0 min at the latest, and no drain becomes overdue.", portal.Dialogs.Find("[data-test=drain-sum]").TextContent);
        Assert.Contains("192 of 192 cores (100 %)", portal.Dialogs.Find("[data-test=drain-loss]").TextContent, StringComparison.Ordinal);
        Assert.EndsWith("of the workers 3 of 3 of template metal (100 %). It is back once the workers are started again.", portal.Dialogs.Find("[data-test=drain-loss]").TextContent, StringComparison.Ordinal);
        Assert.Equal(["w-3|0|0|at once|", "w-2|1|1|13:00 in 1 h 0 min|Which", "w-1|1|0|15:00 in 3 h 0 min|Which"],
            portal.Dialogs.FindAll("[data-test=drain-plan]").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent.Trim()))));
        await portal.Dialogs.FindAll("[data-test=drain-which]")[0].ClickAsync();
        Assert.Contains("It is free by 13:00 at the latest", portal.Dialogs.Find("[data-test=drain-free]").TextContent, StringComparison.Ordinal);
        Assert.Contains("until then its drain can be cancelled", portal.Dialogs.Markup, StringComparison.Ordinal);
        Assert.Contains("ospf 1.0.0 i-next", portal.Dialogs.Find("[data-test=drain-returning]").TextContent, StringComparison.Ordinal);
        Assert.Equal(["i-soon", "ospf 1.0.0", "RUNNING", "user", "13:00"], portal.Dialogs.FindAll("[data-test=drain-blocking] tbody td").Select(cell => cell.TextContent));

        await portal.Dialogs.Find("[data-test=bulk-confirm]").ClickAsync();
        PortalContext.Shows(portal.Dialogs, () => Assert.Equal("3 of 3 done.", portal.Dialogs.Find("[data-test=bulk-progress]").TextContent));
        Assert.Empty(portal.Dialogs.FindAll("[data-test=drain-plans]"));
        await portal.Dialogs.Find("[data-test=bulk-close]").ClickAsync();
        await asking;
    }

    [Theory]
    [InlineData(Role.Viewer, 0)]
    [InlineData(Role.Operator, 1)]
    [InlineData(Role.Admin, 1)]
    public async Task Create_EachRole_IsOfferedToThoseWhoMay(Role role, int buttons)
    {
        await using var portal = await PortalContext.StartAsync(role);

        Assert.Equal(buttons, portal.Open<WorkersPage>("/workers").FindAll("[data-test=create-worker]").Count);
    }

    [Fact]
    public async Task Open_RoleUser_SeesNoWorker()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Worker());

        var page = portal.Open<WorkersPage>("/workers");

        Assert.Empty(page.FindAll("[data-test=worker]"));
        Assert.DoesNotContain("w-1", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_TemplateChosen_OrdersAWorkerOfIt()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.Control.CreateTemplateAsync(PortalContext.Admin, Operation.New(), Sample.Template("big"), TestContext.Current.CancellationToken);
        await portal.Control.CreateTemplateAsync(PortalContext.Admin, Operation.New(), Sample.Template("metal"), TestContext.Current.CancellationToken);
        var page = portal.Open<WorkersPage>("/workers");
        Assert.Equal("No worker is here.", page.Find("[data-test=empty] b").TextContent);

        page.Find("#template").Change("metal");
        await page.Find("[data-test=create-worker]").ClickAsync();

        PortalContext.Shows(page, () => Assert.Equal("PENDING", page.Find("[data-test=worker] [data-test=state]").TextContent));
        Assert.Equal("metal", Assert.Single(portal.Cache.Current.Workers.Values).Value.Template);
    }

    [Fact]
    public async Task Create_DocumentsAway_SaysSoAndThePageLives()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.Control.CreateTemplateAsync(PortalContext.Admin, Operation.New(), Sample.Template(), TestContext.Current.CancellationToken);
        var page = portal.Open<WorkersPage>("/workers");
        portal.TakeDocumentsAway();

        await page.Find("[data-test=create-worker]").ClickAsync();

        PortalContext.Shows(portal.Messages, () => Assert.Contains("The document store does not answer", portal.Messages.Markup, StringComparison.Ordinal));
        Assert.False(page.Find("[data-test=create-worker]").HasAttribute("disabled"));
    }
}
