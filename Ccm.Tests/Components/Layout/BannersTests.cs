using Bunit;
using Ccm.Engine.Auditing;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Portal.Components.Layout;
using Ccm.Tests.Domain;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Role = Ccm.Engine.Domain.Role;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Layout;

public sealed class BannersTests
{
    [Fact]
    public async Task Render_AllIsWell_ShowsNone()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PutAsync(Sample.Worker());

        Assert.Empty(portal.Open<Banners>().FindAll("[data-test=banner]"));
    }

    [Theory]
    [InlineData(Role.User)]
    [InlineData(Role.Admin)]
    public async Task WatchSilent_WithoutAnyChange_ShowsAndGoesAgain(Role role)
    {
        await using var portal = await PortalContext.StartAsync(role);
        var banners = portal.Open<Banners>();

        portal.Store.Silence("No answer in 5 s.");

        portal.ShowsInTime(banners, () =>
        {
            var banner = banners.Find("[data-test=banner]");
            Assert.Contains("the state store's watch is silent. No answer in 5 s.", banner.TextContent, StringComparison.Ordinal);
            Assert.Equal("alert", banner.GetAttribute("role"));
        });

        portal.Store.Speak();

        portal.ShowsInTime(banners, () => Assert.Empty(banners.FindAll("[data-test=banner]")));
    }

    [Theory]
    [InlineData(Role.User)]
    [InlineData(Role.Viewer)]
    public async Task Notice_Posted_EverybodySeesItUntilItsTime(Role role)
    {
        await using var portal = await PortalContext.StartAsync(role);
        var banners = portal.Open<Banners>(zone: "Asia/Tokyo");

        await portal.Control.PostNoticeAsync(PortalContext.Admin, Operation.New(), "<b>Maintenance</b> at noon.", Sample.Now.AddMinutes(30), TestContext.Current.CancellationToken);

        PortalContext.Shows(banners, () => Assert.Equal("<b>Maintenance</b> at noon. Admin, until 21:30", string.Join(' ', banners.Find("[data-test=notice] .mud-alert-message").TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));

        portal.Time.Advance(TimeSpan.FromMinutes(30));
        portal.ShowsInTime(banners, () => Assert.Empty(banners.FindAll("[data-test=notice]")));
    }

    [Fact]
    public async Task ValuesUnreadable_AreNamedAndCounted()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        var banners = portal.Open<Banners>();

        for (var n = 1; n <= 5; n++)
            await portal.Store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.InstanceState($"i-{n}"), "{"u8.ToArray())] }, TestContext.Current.CancellationToken);

        portal.ShowsInTime(banners, () =>
        {
            var texts = banners.FindAll("[data-test=banner]").Select(banner => banner.TextContent.Trim()).ToList();
            Assert.Equal(4, texts.Count);
            Assert.StartsWith("The value of /ccm/instances/i-1/state cannot be read since revision ", texts[0], StringComparison.Ordinal);
            Assert.StartsWith("The values of 2 more keys", texts[3], StringComparison.Ordinal);
            Assert.DoesNotContain("etcdctl", banners.Find("[data-test=banner] summary").TextContent, StringComparison.Ordinal);
            Assert.Contains("etcdctl get /ccm/instances/i-1/state", texts[0], StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task DocumentsAway_ShowsAndGoesAgain()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        portal.TakeDocumentsAway();
        await portal.Parts.StartAsync(TestContext.Current.CancellationToken);
        var banners = portal.Open<Banners>();

        portal.ShowsInTime(banners, () => Assert.StartsWith("The document store does not answer: ", banners.Find("[data-test=banner]").TextContent.Trim(), StringComparison.Ordinal));

        portal.TakeDocumentsAway(away: false);

        portal.ShowsInTime(banners, () => Assert.Empty(banners.FindAll("[data-test=banner]")));
    }

    /// <summary>Whoever looks after CCM is told what to look at as well.</summary>
    [Theory]
    [InlineData(Role.User, false)]
    [InlineData(Role.Operator, true)]
    public async Task SessionsAway_EverybodyIsToldToKeepThePage_AndItGoesAgain(Role role, bool fix)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.Parts.StartAsync(TestContext.Current.CancellationToken);
        var banners = portal.Open<Banners>();

        portal.Sessions.Fault = new RedisException("Connection refused.");

        portal.ShowsInTime(banners, () => Assert.Contains("Keep this one open", banners.Find("[data-test=banner]").TextContent, StringComparison.Ordinal));
        Assert.Equal(fix, banners.Find("[data-test=banner]").TextContent.Contains("See that Redis runs", StringComparison.Ordinal));

        portal.Sessions.Fault = null;

        portal.ShowsInTime(banners, () => Assert.Empty(banners.FindAll("[data-test=banner]")));
    }

    [Theory]
    [InlineData(Role.User, 0)]
    [InlineData(Role.Viewer, 1)]
    public async Task ProviderAway_WhoMaySeeTheSystem_IsToldAndItGoesAgain(Role role, int told)
    {
        using var provider = new SwitchedProvider();
        await using var portal = await PortalContext.StartAsync(services => services.AddSingleton(parts => provider.Metadata(parts.GetRequiredService<TimeProvider>())), role);
        await portal.Parts.StartAsync(TestContext.Current.CancellationToken);
        var banners = portal.Open<Banners>();

        portal.ShowsInTime(banners, () => Assert.NotNull(portal.Parts.Identity?.Problem));
        portal.ShowsInTime(banners, () => Assert.Equal(told, banners.FindAll("[data-test=banner]").Count(banner => banner.TextContent.Contains("The identity provider does not answer", StringComparison.Ordinal))));

        provider.Answers = true;

        portal.ShowsInTime(banners, () => Assert.Null(portal.Parts.Identity?.Problem));
        portal.ShowsInTime(banners, () => Assert.Empty(banners.FindAll("[data-test=banner]")));
    }

    [Fact]
    public async Task OutboxFull_SaysThatNothingCanBeChanged()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        var keys = Enumerable.Range(0, PortalContext.OutboxLimit).Select(n => StateKeys.OutboxEntry($"operation-{n}")).ToArray();
        foreach (var some in keys.Chunk(100))
            await portal.CommitAsync([.. some.Select(key => new StatePut(key, DomainJson.Write(new OutboxEntry("operation", null, []))))]);
        var banners = portal.Open<Banners>();

        Assert.Contains("Nothing can be changed now", banners.Find("[data-test=banner]").TextContent, StringComparison.Ordinal);

        await portal.CommitAsync([], [keys[0]]);

        PortalContext.Shows(banners, () => Assert.Empty(banners.FindAll("[data-test=banner]")));
    }

    [Fact]
    public async Task WorkerUnreachable_Viewer_IsToldSinceWhenOnTheirClock()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var banners = portal.Open<Banners>(zone: "Asia/Tokyo");

        await portal.PutAsync(Sample.Worker() with { UnreachableSince = Sample.Now });

        PortalContext.Shows(banners, () => Assert.Contains("Worker w-1 does not answer since 21:00.", banners.Find("[data-test=banner]").TextContent, StringComparison.Ordinal));
        Assert.Equal("/workers/w-1", banners.Find("a").GetAttribute("href"));

        await portal.PutAsync(Sample.Worker());

        PortalContext.Shows(banners, () => Assert.Empty(banners.FindAll("[data-test=banner]")));
    }

    [Fact]
    public async Task WorkerUnreachable_RoleUser_IsNotTold()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Worker() with { UnreachableSince = Sample.Now });

        Assert.Empty(portal.Open<Banners>().FindAll("[data-test=banner]"));
    }

    [Fact]
    public async Task ManyUnreachable_OneBannerCountsTheRest()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        for (var n = 1; n <= 9; n++)
            await portal.PutAsync(Sample.Worker($"w-{n}") with { UnreachableSince = Sample.Now });

        var banners = portal.Open<Banners>().FindAll("[data-test=banner]");

        Assert.Equal(4, banners.Count);
        Assert.Contains("6 more workers do not answer.", banners[^1].TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Role.User, 0)]
    [InlineData(Role.Viewer, 1)]
    public async Task DrainOverdue_WhoMaySeeWorkers_IsTold(Role role, int banners)
    {
        await using var portal = await PortalContext.StartAsync(role);
        var shown = portal.Open<Banners>();

        await portal.PutAsync(Sample.Worker(state: WorkerState.Draining) with { DrainStartedAt = Sample.Now.AddHours(-5), DrainOverdueSince = Sample.Now.AddHours(-1) });

        PortalContext.Shows(shown, () => Assert.Equal(banners, shown.FindAll("[data-test=banner]").Count(banner => banner.TextContent.Contains("The drain of worker w-1 is overdue.", StringComparison.Ordinal))));
    }

    /// <summary>Both of one worker on a page just opened, and neither is there any more once both are over.</summary>
    [Fact]
    public async Task WorkerSilentWhileItsDrainIsOverdue_IsToldBoth()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker(state: WorkerState.Draining) with { UnreachableSince = Sample.Now, DrainStartedAt = Sample.Now.AddHours(-5), DrainOverdueSince = Sample.Now.AddHours(-1) });

        var banners = portal.Open<Banners>();

        Assert.Equal(2, banners.FindAll("[data-test=banner]").Count);

        await portal.PutAsync(Sample.Worker());

        PortalContext.Shows(banners, () => Assert.Empty(banners.FindAll("[data-test=banner]")));
    }

    [Theory]
    [InlineData(Role.User, 0)]
    [InlineData(Role.Viewer, 1)]
    public async Task StoreNearlyFull_WhoMaySeeTheSystem_IsWarned(Role role, int banners)
    {
        await using var portal = await PortalContext.StartAsync(role);
        portal.Store.Status = portal.Store.Status with { SizeBytes = 81 << 20, QuotaBytes = 100 << 20 };
        var shown = portal.Open<Banners>();
        await portal.Monitor.LookAsync(TestContext.Current.CancellationToken);

        portal.ShowsInTime(shown, () => Assert.Equal(banners, shown.FindAll("[data-test=banner]").Count(banner => banner.TextContent.Contains("81 MB of 100 MB, 81 %", StringComparison.Ordinal))));
    }

    /// <summary>Once, though several members of the store raise the alarm.</summary>
    [Theory]
    [InlineData(Role.User)]
    [InlineData(Role.Viewer)]
    public async Task StoreFull_Everybody_IsToldThatChangesAreRefused(Role role)
    {
        await using var portal = await PortalContext.StartAsync(role);
        portal.Store.Status = portal.Store.Status with { SizeBytes = 100 << 20, QuotaBytes = 100 << 20, Alarms = ["NOSPACE", "NOSPACE"] };
        await portal.Monitor.LookAsync(TestContext.Current.CancellationToken);

        Assert.Contains("every change is refused", Assert.Single(portal.Open<Banners>().FindAll("[data-test=banner]")).TextContent, StringComparison.Ordinal);
    }
}
