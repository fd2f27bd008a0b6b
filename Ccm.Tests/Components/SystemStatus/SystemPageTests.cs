using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.SystemStatus;
using Ccm.Tests.Domain;

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

        var page = portal.Open<SystemPage>("/system");

        Assert.Equal(["vacant", "vacant"], page.FindAll("[data-test=leaders] .ccm-id").Select(cell => cell.TextContent));
        Assert.Contains("memory 1.0", page.Find("[data-test=stores]").TextContent, StringComparison.Ordinal);
        Assert.Contains("4.0 MB", page.Find("[data-test=stores]").TextContent, StringComparison.Ordinal);
        Assert.Contains("1 PENDING 1", page.Markup, StringComparison.Ordinal);

        await portal.PutAsync(Sample.Instance("i-2", InstanceState.Running));

        PortalContext.Shows(page, () => Assert.Contains("2 PENDING 1, RUNNING 1", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Open_StoreAway_SaysSoAndThePageLives()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        portal.Store.Silence("connection refused");

        var page = portal.Open<SystemPage>("/system");

        Assert.Contains("the store does not answer", page.Find("[data-test=stores]").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Role.Viewer, 0)]
    [InlineData(Role.Operator, 0)]
    [InlineData(Role.Admin, 1)]
    public async Task Resign_EachRole_IsOfferedToAdminsWhereThisReplicaLeads(Role role, int buttons)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await using var lead = await LeadAsync(portal);

        var page = portal.Open<SystemPage>("/system");

        PortalContext.Shows(page, () => Assert.Equal("replica-1", page.Find("[data-test=leaders] .ccm-id").TextContent));
        Assert.Equal(buttons, page.FindAll("[aria-label='Resign as Scheduler']").Count);
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
        PortalContext.Shows(portal.Messages, () => Assert.Contains("no longer leads the scheduler", portal.Messages.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[aria-label='Resign as Scheduler']"));
    }

    private static async Task<Leading> LeadAsync(PortalContext portal)
    {
        var leads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stop = new CancellationTokenSource();
        var running = portal.Elections.Scheduler.RunAsync(async term =>
        {
            leads.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, portal.Time, term.Over);
        }, stop.Token);
        await leads.Task;
        return new Leading(stop, running);
    }

    private sealed class Leading(CancellationTokenSource stop, Task running) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
        }
    }
}
