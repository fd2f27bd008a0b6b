using Bunit;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.Overview;
using Ccm.Tests.Domain;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Overview;

public sealed class OverviewPageTests
{
    /// <summary>The store has two things to say, under one title.</summary>
    [Fact]
    public async Task Concerns_TwoOfOneTitle_StayWhenAnotherComes()
    {
        await using var portal = await StartAsync(Role.Viewer);
        portal.Store.Status = portal.Store.Status with { SizeBytes = 99 << 20, QuotaBytes = 100 << 20, Alarms = ["NOSPACE", "CORRUPT"] };
        await portal.Monitor.LookAsync(TestContext.Current.CancellationToken);

        var page = portal.Open<OverviewPage>("/overview");
        Assert.Equal(2, page.FindAll("[data-test=concern]").Count);
        await portal.CommitAsync([], [StateKeys.SchedulerLeader]);

        portal.ShowsInTime(page, () => Assert.Equal(["Nobody leads the scheduler", "The state store needs somebody", "The state store needs somebody"], page.FindAll("[data-test=concern] h3 a").Select(title => title.TextContent)));
    }

    [Theory]
    [InlineData(Role.Viewer, 0)]
    [InlineData(Role.Operator, 1)]
    public async Task Open_NothingAmiss_SaysThatAllIsWellAndEachNumberLeadsToItsList(Role role, int reserve)
    {
        await using var portal = await StartAsync(role);
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running), "w-1");
        await portal.PutAsync(Sample.Instance("i-2", InstanceState.Running), "w-1");
        await portal.PutAsync(Sample.Worker());

        var page = portal.Open<OverviewPage>("/overview");

        Assert.Contains("2 labs run, and nothing needs you.", page.Find("[data-test=all-is-well]").TextContent, StringComparison.Ordinal);
        Assert.Equal("2", page.Find("[data-test=instances] a[href='/instances?state=RUNNING'] b").TextContent);
        Assert.Equal("1", page.Find("[data-test=workers] a[href='/workers?state=RUNNING'] b").TextContent);
        Assert.Equal("CPU: 0 of 64 cores in use, 64 free", page.Find("[data-test=capacity] [role=img]").GetAttribute("aria-label"));
        Assert.Equal(reserve, page.FindAll("[data-test=reserve]").Count);
    }

    [Fact]
    public async Task Change_WorkerFails_NeedsSomebodyAndLeadsThere()
    {
        await using var portal = await StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker());
        var page = portal.Open<OverviewPage>("/overview");
        Assert.Empty(page.FindAll("[data-test=concern]"));

        await portal.PutAsync(Sample.Worker(state: WorkerState.Failed));

        portal.ShowsInTime(page, () => Assert.Contains("1 worker has failed", page.Find("[data-test=concern]").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[data-test=all-is-well]"));
        Assert.Equal(["/workers?trouble=failed", "/workers/w-1"], page.FindAll("[data-test=concern] a").Select(link => link.GetAttribute("href")));
    }

    [Fact]
    public async Task Time_NothingChanges_ALabBecomesStuckAllTheSame()
    {
        await using var portal = await StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker());
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Scheduled), "w-1");
        var page = portal.Open<OverviewPage>("/overview");
        Assert.Empty(page.FindAll("[data-test=concern]"));

        portal.Time.Advance(TimeSpan.FromMinutes(3));

        portal.ShowsInTime(page, () => Assert.Contains("1 lab does not get on", page.Find("[data-test=concern]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ManyStuck_AreOneConcernThatCountsTheRest()
    {
        await using var portal = await StartAsync(Role.Operator);
        await portal.PutAsync(Sample.Worker());
        for (var n = 0; n < 9; n++)
            await portal.PutAsync(Sample.Instance($"i-{n}", InstanceState.Scheduled), "w-1");
        portal.Time.Advance(TimeSpan.FromMinutes(3));

        var page = portal.Open<OverviewPage>("/overview");

        Assert.Equal("9 labs do not get on", page.Find("[data-test=concern] h3 a").TextContent);
        Assert.Equal(["i-0", "i-1", "i-2", "6 more"], page.FindAll("[data-test=concern] li a").Select(link => link.GetAttribute("href")!.Split('/')[^1] is ['i', '-', ..] id ? id : link.TextContent));
    }

    [Fact]
    public async Task RoleUser_SeesOwnLabsNextFirstAndNothingOfTheFleet()
    {
        await using var portal = await StartAsync(Role.User);
        await portal.PutAsync(Sample.Worker(state: WorkerState.Failed));
        await portal.PutAsync(Sample.Instance("i-late") with { AsSoonAsPossible = false, TimeslotStart = Sample.Now.AddHours(5), TimeslotEnd = Sample.Now.AddHours(6) });
        await portal.PutAsync(Sample.Instance("i-now", InstanceState.Running) with { TimeslotStart = Sample.Now, TimeslotEnd = Sample.Now.AddHours(1) }, "w-1");
        await portal.PutAsync(Sample.Instance("i-other", InstanceState.Running) with { OwnerId = "other" }, "w-1");
        await portal.PutAsync(Sample.Instance("i-over", InstanceState.Terminated));

        var page = portal.Open<OverviewPage>("/overview");

        Assert.Equal(["i-now", "i-late"], page.FindAll("[data-test=own] tbody tr").Select(row => row.GetAttribute("data-id")));
        Assert.Contains("Your 2 labs need nothing from you.", page.Find("[data-test=all-is-well]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-test=feed], [data-test=capacity], [data-test=concern]"));
    }

    [Fact]
    public async Task Feed_OutboxDrained_ShowsTheNewestEventsOnceForAllPages()
    {
        await using var portal = await StartAsync(Role.Viewer);
        var (one, other) = (portal.Open<EventFeed>(), portal.Open<EventFeed>());

        await HappensAsync(portal, 1, "Ready.");

        foreach (var feed in new[] { one, other })
            portal.ShowsInTime(feed, () => Assert.Contains("Ready.", feed.Markup, StringComparison.Ordinal));

        await HappensAsync(portal, 2, "Gone.");

        portal.ShowsInTime(one, () => Assert.Equal(["Gone.", "Ready."], one.FindAll(".why").Select(why => why.TextContent)));
        Assert.Equal("/workers/w-1", one.Find("li a").GetAttribute("href"));
    }

    [Fact]
    public async Task Feed_PointedAt_HoldsStillAndTellsHowManyWait()
    {
        await using var portal = await StartAsync(Role.Viewer);
        await HappensAsync(portal, 1, "First.");
        var feed = portal.Open<EventFeed>();
        portal.ShowsInTime(feed, () => Assert.Contains("First.", feed.Markup, StringComparison.Ordinal));
        Assert.Equal("", feed.Find("[data-test=feed-waits]").TextContent);

        await feed.Find(".still").TriggerEventAsync("onpointerenter", new EventArgs());
        await HappensAsync(portal, 2, "Second.");
        portal.ShowsInTime(feed, () => Assert.Equal("1 event waits while you are here", feed.Find("[data-test=feed-waits]").TextContent));
        await HappensAsync(portal, 3, "Third.");
        portal.ShowsInTime(feed, () => Assert.Equal("2 events wait while you are here", feed.Find("[data-test=feed-waits]").TextContent));
        Assert.Equal(["First."], feed.FindAll(".why").Select(why => why.TextContent));

        await feed.Find(".still").TriggerEventAsync("onpointerleave", new EventArgs());

        PortalContext.Shows(feed, () => Assert.Equal(["Third.", "Second.", "First."], feed.FindAll(".why").Select(why => why.TextContent)));
        Assert.Equal("", feed.Find("[data-test=feed-waits]").TextContent);
    }

    [Fact]
    public async Task Feed_DocumentsAway_SaysSoAndComesBack()
    {
        await using var portal = await StartAsync(Role.Viewer);
        portal.TakeDocumentsAway();
        var feed = portal.Open<EventFeed>();

        portal.ShowsInTime(feed, () => Assert.Contains("The document store does not answer", feed.Find("[role=alert]").TextContent, StringComparison.Ordinal));

        portal.TakeDocumentsAway(away: false);
        portal.ShowsInTime(feed, () => Assert.Empty(feed.FindAll("[role=alert]")));
    }

    /// <summary>As the relay leaves it: the event stands in the trail, and its operation has left the outbox.</summary>
    private static async Task HappensAsync(PortalContext portal, long sequence, string reason)
    {
        var id = $"op-{sequence}";
        var data = System.Text.Json.JsonSerializer.SerializeToElement(new { reason });
        var told = new AuditEvent($"{id}-0", "ccm.worker.running", "workers/w-1", Sample.Now, "ccm/controller", data, id, sequence, sequence, "", $"hash-{sequence}");
        await portal.CommitAsync([new StatePut(StateKeys.OutboxEntry(id), DomainJson.Write(new OutboxEntry(id, null, [])))]);
        await portal.Trail.AppendAsync([told], TestContext.Current.CancellationToken);
        await portal.CommitAsync([], [StateKeys.OutboxEntry(id)]);
    }

    /// <summary>With both leaders in office.</summary>
    private static async Task<PortalContext> StartAsync(Role role)
    {
        var portal = await PortalContext.StartAsync(role);
        await portal.CommitAsync([.. new[] { StateKeys.SchedulerLeader, StateKeys.ControllerLeader }.Select(key => new StatePut(key, DomainJson.Write(new LeaderEntry("replica-1", "", Sample.Now, 0)), 7))]);
        return portal;
    }
}
