using Bunit;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.SystemStatus;
using Ccm.Tests.Domain;
using Ccm.Tests.Watching;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.SystemStatus;

public sealed class SystemPageTests
{
    [Fact]
    public async Task Open_RoleUser_SeesNothing()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);

        var page = portal.Open<SystemPage>("/system");

        Assert.Empty(page.FindAll("[data-test=leaders], [data-test=stores]"));
    }

    [Fact]
    public async Task Open_Viewer_SeesLeadersStoresAndNumbers()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker());
        await portal.PutAsync(Sample.Instance());
        await portal.Monitor.LookAsync(TestContext.Current.CancellationToken);

        var page = portal.Open<SystemPage>("/system");

        Assert.Equal(["vacant", "vacant"], page.FindAll("[data-test=leaders] .ccm-id").Select(cell => cell.TextContent));
        Assert.Contains("memory 1.0", page.Find("[data-test=stores]").TextContent, StringComparison.Ordinal);
        Assert.Contains("4.0 MB", page.Find("[data-test=stores]").TextContent, StringComparison.Ordinal);
        Assert.Contains("1: 1 PENDING", page.Markup, StringComparison.Ordinal);

        await portal.PutAsync(Sample.Instance("i-2", InstanceState.Running));

        portal.ShowsInTime(page, () => Assert.Contains("2: 1 PENDING, 1 RUNNING", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Open_StoreAway_SaysSoAndThePageLives()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        portal.Store.Silence("connection refused");
        await portal.Monitor.LookAsync(TestContext.Current.CancellationToken);

        var page = portal.Open<SystemPage>("/system");

        Assert.Contains("not known: connection refused", page.Find("[data-test=stores]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_SeveralMembers_ShowsEachWithItsProblem()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        portal.Store.Status = portal.Store.Status with
        {
            QuotaBytes = 8 * 1024 * 1024, UsedBytes = 1024 * 1024,
            Members = [new("a:2379", "3.5.33", 4 * 1024 * 1024, 8 * 1024 * 1024, true, null), new("b:2379", null, 0, null, false, "nothing listens at b:2379.")],
        };
        await portal.Monitor.LookAsync(TestContext.Current.CancellationToken);

        var page = portal.Open<SystemPage>("/system");

        Assert.Equal("4.0 MB of 8.0 MB, 50 %", page.Find("[data-test=stores] [role=meter]").GetAttribute("aria-valuetext"));
        Assert.Contains("1.0 MB of it in use", page.Find("[data-test=stores]").TextContent, StringComparison.Ordinal);
        Assert.Equal(["a:2379 3.5.33, 4.0 MB, leads", "b:2379 does not serve: nothing listens at b:2379."], page.FindAll("[data-test=member]").Select(member => member.TextContent));
    }

    [Fact]
    public async Task Outbox_FillsUp_TellsDepthAgeAndWhoRelays()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var page = portal.Open<SystemPage>("/system");
        Assert.Equal("nobody relays: no replica leads the controller", page.Find("[data-test=relay]").TextContent);

        await portal.CommitAsync([.. Enumerable.Range(0, 850).Select(n => new StatePut(StateKeys.OutboxEntry($"op-{n}"), Keys.NoEvents)),
            new StatePut(StateKeys.ControllerLeader, DomainJson.Write(new LeaderEntry("replica-2", "", Sample.Now, 0)), 7)]);

        PortalContext.Shows(page, () => Assert.Equal("850 of 1,000 operations, 85 %", page.Find("[data-test=outbox] [role=meter]").GetAttribute("aria-valuetext")));
        Assert.Contains("warn", page.Find("[data-test=outbox] [role=meter]").ClassList);
        Assert.Equal("replica-2 relays, as leader of the controller", page.Find("[data-test=relay]").TextContent);

        await portal.Parts.StartAsync(TestContext.Current.CancellationToken);
        portal.TakeDocumentsAway();
        portal.ShowsInTime(page, () => Assert.StartsWith("waits for the document store:", page.Find("[data-test=relay]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watch_BehindTheStore_TellsByHowMuch()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker());
        await portal.Monitor.LookAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("live, nothing behind", portal.Open<SystemPage>("/system").Find("[data-test=watch]").TextContent, StringComparison.Ordinal);

        portal.Store.Silence("gone");
        portal.Store.Speak();
        for (var n = 0; n < 3; n++)
            await portal.Store.CommitAsync(new StateTransaction { Puts = [new StatePut("/ccm/simulator/x", "1"u8.ToArray())] }, TestContext.Current.CancellationToken);
        await portal.Monitor.LookAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, portal.Monitor.Report.Lag);
    }

    [Fact]
    public async Task Faults_Logged_AreShownAndInTheDiagnostics()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var page = portal.Open<SystemPage>("/system");
        Assert.Contains("None since it began", page.Find("[data-test=faults]").TextContent, StringComparison.Ordinal);

        var log = portal.Faults.CreateLogger("Ccm.Engine.Auditing.AuditRelay");
        log.Log(Microsoft.Extensions.Logging.LogLevel.Information, new(1), "quiet", null, (text, _) => text);
        log.Log(Microsoft.Extensions.Logging.LogLevel.Warning, new(3001), "Events wait <here>", new InvalidOperationException("inside"), (text, _) => text);
        for (var n = 0; n < 5; n++)
            portal.Time.Advance(TimeSpan.FromSeconds(1));

        PortalContext.Shows(page, () => Assert.Contains("AuditRelay 3001", page.Find("[data-test=faults] tbody").TextContent, StringComparison.Ordinal));
        Assert.DoesNotContain("inside", page.Markup, StringComparison.Ordinal);
        await page.Find("[data-test=diagnostics]").ClickAsync();
        PortalContext.Shows(page, () => Assert.NotNull(page.Find("[data-test=diagnostics-json]")));
        var told = System.Text.Json.Nodes.JsonNode.Parse(page.Find("[data-test=diagnostics-json]").TextContent)!;
        Assert.Equal("Events wait <here>", (string?)told["faults"]![0]!["text"]);
        Assert.Equal(("replica-1", "sqlite"), ((string?)told["process"]!["replicaId"], (string?)told["status"]!["stores"]!["documents"]!["kind"]));
    }

    [Theory]
    [InlineData(Role.Viewer, false)]
    [InlineData(Role.Operator, false)]
    [InlineData(Role.Admin, true)]
    public async Task Resign_EachRole_IsForAdminsAndElseSaysWhyNot(Role role, bool may)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await using var lead = await LeadAsync(portal);

        var page = portal.Open<SystemPage>("/system");

        PortalContext.Shows(page, () => Assert.Equal("replica-1", page.Find("[data-test=leaders] .ccm-id").TextContent));
        var button = page.Find("[aria-label='Resign as Scheduler']");
        Assert.Equal(!may, button.HasAttribute("disabled"));
        Assert.Equal(!may, button.GetAttribute("title")!.Contains("takes the role admin", StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[aria-label='Resign as Controller']"));
    }

    [Fact]
    public async Task Resign_Admin_EndsTheTermAndSaysSo()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await using var lead = await LeadAsync(portal);
        var page = portal.Open<SystemPage>("/system");

        await page.WaitForElement("[aria-label='Resign as Scheduler']").ClickAsync();

        PortalContext.Shows(page, () => Assert.Equal("vacant", page.Find("[data-test=leaders] .ccm-id").TextContent));
        PortalContext.Shows(portal.Messages, () => Assert.Contains("scheduler's leader stands aside", portal.Messages.Markup, StringComparison.Ordinal));
        await lead.Ended;
    }

    [Fact]
    public async Task Leader_OnAnotherReplica_IsShownWithItsAgeAndResignsToo()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.Store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.ControllerLeader, DomainJson.Write(new LeaderEntry("replica-2", "", Sample.Now.AddMinutes(-185), 0)), 7)] }, TestContext.Current.CancellationToken);
        var page = portal.Open<SystemPage>("/system");

        PortalContext.Shows(page, () => Assert.Contains("replica-2", page.FindAll("[data-test=leaders] tbody tr")[1].TextContent, StringComparison.Ordinal));
        Assert.Contains(", for 3 h 5 min", page.FindAll("[data-test=leaders] tbody tr")[1].TextContent, StringComparison.Ordinal);
        Assert.Equal("not known yet", page.FindAll("[data-test=lease]")[1].TextContent);

        await page.Find("[aria-label='Resign as Controller']").ClickAsync();

        PortalContext.Shows(page, () => Assert.Equal("vacant", page.FindAll("[data-test=leaders] .ccm-id")[1].TextContent));
    }

    private static async Task<Leading> LeadAsync(PortalContext portal)
    {
        var leads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stop = new CancellationTokenSource();
        var running = portal.Elections.Scheduler.RunAsync(async term =>
        {
            leads.TrySetResult();
            await using var over = term.Over.Register(() => ended.TrySetResult());
            await Task.Delay(Timeout.InfiniteTimeSpan, portal.Time, term.Over);
        }, stop.Token);
        await leads.Task;
        return new Leading(stop, running, ended.Task);
    }

    private sealed class Leading(CancellationTokenSource stop, Task running, Task ended) : IAsyncDisposable
    {
        /// <summary>Done once its term is over.</summary>
        public Task Ended => ended;

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
        }
    }
}
