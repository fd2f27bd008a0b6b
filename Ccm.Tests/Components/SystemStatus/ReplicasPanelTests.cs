using Bunit;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.SystemStatus;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.SystemStatus;

public sealed class ReplicasPanelTests
{
    [Fact]
    public async Task Replicas_LeadingAndStandingBy_EachIsTold()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var panel = portal.Open<ReplicasPanel>("/system");
        Assert.Empty(panel.FindAll("[data-test=replicas]"));

        await TellAsync(portal, new("replica-2", "", "1.4.0+0123456789abcdef", Sample.Now.AddHours(-3), Sample.Now, 1200), new("replica-1", "http://here", "1.4.0+0123456789abcdef", Sample.Now.AddMinutes(-5), Sample.Now, 7));
        await portal.CommitAsync([.. new[] { StateKeys.SchedulerLeader, StateKeys.ControllerLeader }.Select(key => new StatePut(key, DomainJson.Write(new LeaderEntry("replica-1", "", Sample.Now, 0)), 7))]);

        PortalContext.Shows(panel, () => Assert.Equal(
            ["replica-1 (this one)|1.4.0 (0123456789)|2026-03-01 11:55:00, for 5 min 0 s|just now|controller, scheduler|0", "replica-2|1.4.0 (0123456789)|2026-03-01 09:00:00, for 3 h 0 min|just now|stands by|1,200"], Rows(panel)));
        Assert.Empty(panel.FindAll("[data-test=versions]"));
    }

    [Fact]
    public async Task Replica_SaysNothingMore_IsSilentAndGoneWithItsLease()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await TellAsync(portal, new ReplicaEntry("replica-2", "", "1", Sample.Now, Sample.Now, 0));
        var panel = portal.Open<ReplicasPanel>("/system");

        portal.Time.Advance(TimeSpan.FromSeconds(21));

        portal.ShowsInTime(panel, () => Assert.Matches(@"^SILENT 2\d s ago$", panel.Find("[data-test=heard]").TextContent.Trim()));

        await portal.CommitAsync([], [StateKeys.Replica("replica-2")]);

        PortalContext.Shows(panel, () => Assert.Empty(panel.FindAll("[data-test=replicas]")));
    }

    /// <summary>Nobody is blamed for what this replica does not hear.</summary>
    [Fact]
    public async Task StoreSilent_NoReplicaIsCalledSilent()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await TellAsync(portal, new ReplicaEntry("replica-2", "", "1", Sample.Now, Sample.Now, 0));
        var panel = portal.Open<ReplicasPanel>("/system");
        portal.Store.Silence("gone");

        portal.Time.Advance(TimeSpan.FromSeconds(40));

        portal.ShowsInTime(panel, () => Assert.Matches(@"^4\d s ago$", panel.Find("[data-test=heard]").TextContent.Trim()));
    }

    [Fact]
    public async Task Versions_Differ_SaysSo()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await TellAsync(portal, new("replica-1", "", "1.4.0", Sample.Now, Sample.Now, 0), new("replica-2", "", "1.5.0", Sample.Now, Sample.Now, 0));

        Assert.Contains("different versions", portal.Open<ReplicasPanel>("/system").Find("[data-test=versions]").TextContent, StringComparison.Ordinal);
    }

    private static Task TellAsync(PortalContext portal, params ReplicaEntry[] replicas) =>
        portal.CommitAsync([.. replicas.Select(replica => new StatePut(StateKeys.Replica(replica.Id), DomainJson.Write(replica), 7))]);

    private static IEnumerable<string> Rows(IRenderedComponent<ReplicasPanel> panel) =>
        panel.FindAll("tbody tr").Select(row => string.Join('|', row.QuerySelectorAll("td").Select(cell => cell.TextContent.Trim())));
}
