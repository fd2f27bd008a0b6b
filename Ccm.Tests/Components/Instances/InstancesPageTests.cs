using Bunit;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;
using static Ccm.Tests.Components.Instances.InstanceRows;

namespace Ccm.Tests.Components.Instances;

public sealed class InstancesPageTests
{
    [Fact]
    public async Task Bulk_WhatIsAsked_ReadsAsASentence()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);

        Assert.Equal(["Stop {0}", "Extend {0} by 30 min", "End {0}"], InstanceBulk.For(portal.Actor, portal.Control).Select(action => action.Asked));
    }

    [Fact]
    public async Task Change_OneInstance_RepaintsItsRowAndNoOther()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        for (var n = 0; n < 20; n++)
            await portal.PutAsync(Sample.Instance($"i-{n:00}"));
        var page = portal.Open<InstancesPage>("/instances?sort=instance&order=asc");

        await portal.PutAsync(Sample.Instance("i-07", InstanceState.Running), "w-1");

        PortalContext.Shows(page, () => Assert.Equal("RUNNING", State(page, "i-07")));
        var paints = Paints(page);
        Assert.Equal(20, paints.Count);
        Assert.All(paints, paint => Assert.Equal(paint.Key == "i-07", paint.Value > 1));
    }

    [Fact]
    public async Task Change_NewAndGone_FollowsWithCounts()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance("i-1"));
        var page = portal.Open<InstancesPage>("/instances");

        await portal.PutAsync(Sample.Instance("i-2", InstanceState.Running));
        PortalContext.Shows(page, () => Assert.Equal(["All 2", "PENDING 1", "RUNNING 1"], page.FindAll(".ccm-chips .ccm-chip").Select(chip => chip.TextContent)));

        await portal.CommitAsync([], [StateKeys.InstanceState("i-1")]);
        PortalContext.Shows(page, () => Assert.Equal(["i-2"], Ids(page)));
    }

    [Theory]
    [InlineData("", "i-3 i-1 i-2")]
    [InlineData("?sort=instance", "i-1 i-2 i-3")]
    [InlineData("?sort=INSTANCE&order=desc", "i-3 i-2 i-1")]
    [InlineData("?sort=state", "i-3 i-1 i-2")]
    [InlineData("?sort=lab&order=asc", "i-2 i-3 i-1")]
    [InlineData("?state=RUNNING", "i-1 i-2")]
    [InlineData("?state=running&sort=instance&order=desc", "i-2 i-1")]
    [InlineData("?q=BGP", "i-2")]
    [InlineData("?q=somebody", "i-3")]
    [InlineData("?state=NONSENSE&sort=1%3Bdrop&order=sideways", "i-3 i-1 i-2")]
    [InlineData("?state=NONSENSE", "i-3 i-1 i-2")]
    [InlineData("?state=3", "i-3 i-1 i-2")]
    [InlineData("?state=PENDING,RUNNING", "i-3 i-1 i-2")]
    [InlineData("?state=PENDING,NONSENSE", "i-3")]
    [InlineData("?state=pending&state=failed", "i-3")]
    [InlineData("?definition=bgp,isis", "i-3 i-2")]
    [InlineData("?definition=bgp&state=PENDING", "")]
    [InlineData("?owner=somebody", "i-3")]
    [InlineData("?outcome=failed", "")]
    [InlineData("?outcome=sideways&worker=", "i-3 i-1 i-2")]
    [InlineData("?state=99", "i-3 i-1 i-2")]
    [InlineData("?state=-1", "i-3 i-1 i-2")]
    public async Task Address_FilterAndSort_AreTakenAndNonsenseIsIgnored(string query, string ids)
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(At(Sample.Instance("i-1", InstanceState.Running) with { DefinitionId = "ospf" }, 2));
        await portal.PutAsync(At(Sample.Instance("i-2", InstanceState.Running) with { DefinitionId = "bgp" }, 1));
        await portal.PutAsync(At(Sample.Instance("i-3") with { DefinitionId = "isis", OwnerId = "somebody" }, 3));

        var page = portal.Open<InstancesPage>("/instances" + query);

        Assert.Equal(ids, string.Join(' ', Ids(page)));
    }

    [Fact]
    public async Task Chip_Pressed_StandsInTheAddress()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running));
        await portal.PutAsync(Sample.Instance("i-2"));
        var page = portal.Open<InstancesPage>("/instances?sort=instance");

        await page.FindAll(".ccm-chips .ccm-chip").Single(chip => chip.TextContent.StartsWith("RUNNING", StringComparison.Ordinal)).ClickAsync();

        Assert.EndsWith("/instances?sort=instance&state=RUNNING&order=asc", portal.Navigation.Uri, StringComparison.Ordinal);
        PortalContext.Shows(page, () => Assert.Equal(["i-1"], Ids(page)));
        Assert.Equal(["false", "false", "true"], page.FindAll(".ccm-chips .ccm-chip").Select(chip => chip.GetAttribute("aria-pressed")));
    }

    [Fact]
    public async Task Header_Pressed_TurnsTheOrderAndTellsIt()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance("i-1"));
        await portal.PutAsync(Sample.Instance("i-2"));
        var page = portal.Open<InstancesPage>("/instances?sort=instance&order=asc");

        await page.Find("th[aria-sort] button").ClickAsync();

        PortalContext.Shows(page, () => Assert.Equal(["i-2", "i-1"], Ids(page)));
        Assert.Equal(["descending", "none"], page.FindAll("th[aria-sort]").Take(2).Select(header => header.GetAttribute("aria-sort")));
    }

    [Fact]
    public async Task Rows_RoleUser_AreTheirOwnAndWithoutLinksToWorkers()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Instance("i-mine", InstanceState.Running), "w-1");
        await portal.PutAsync(Sample.Instance("i-other", InstanceState.Running) with { OwnerId = "somebody" }, "w-1");

        var page = portal.Open<InstancesPage>("/instances");

        Assert.Equal(["i-mine"], Ids(page));
        Assert.Equal("1 shown of 1.", page.Find("[data-test=count]").TextContent);
        Assert.Empty(page.FindAll("a[href^='/workers']"));
        Assert.Equal(["Stop", "End"], Actions(page));
    }

    [Fact]
    public async Task Change_SomebodyElses_IsNotPaintedForRoleUser()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Instance("i-mine"));
        var page = portal.Open<InstancesPage>("/instances");
        var grid = page.FindComponent<Grid<InstanceEntry>>();
        var before = (page.RenderCount, grid.RenderCount);

        await portal.PutAsync(Sample.Instance("i-other") with { OwnerId = "somebody" });
        await portal.PutAsync(Sample.Instance("i-mine", InstanceState.Scheduled), "w-1");

        PortalContext.Shows(page, () => Assert.Equal("SCHEDULED", State(page, "i-mine")));
        Assert.Equal((before.Item1 + 1, before.Item2 + 1), (page.RenderCount, grid.RenderCount));
        Assert.DoesNotContain("i-other", page.Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Role.Viewer, "user", "")]
    [InlineData(Role.User, "user", "Stop End")]
    [InlineData(Role.Operator, "user", "Stop End")]
    [InlineData(Role.Admin, "user", "Stop End")]
    public async Task Actions_EachRole_AreWhatItMay(Role role, string owner, string actions)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running) with { OwnerId = owner }, "w-1");

        var page = portal.Open<InstancesPage>("/instances");

        Assert.Equal(actions, string.Join(' ', Actions(page)));
        Assert.Equal(role != Role.Viewer, page.FindAll("[data-test=reserve]").Count == 1);
    }

    [Fact]
    public async Task Rows_NoRole_AreNone()
    {
        await using var portal = await PortalContext.StartAsync();
        await portal.PutAsync(Sample.Instance("i-1") with { OwnerId = portal.Actor.Id });

        Assert.Empty(Ids(portal.Open<InstancesPage>("/instances")));
    }

    /// <summary>What the person may do, and nothing else.</summary>
    [Theory]
    [InlineData(Role.Admin, "Import a CML lab file")]
    [InlineData(Role.Operator, "Reserve one of the labs")]
    [InlineData(Role.User, "Reserve one of the labs")]
    [InlineData(Role.Viewer, "Labs stand here as soon as somebody reserves one.")]
    public async Task Empty_NothingReserved_SaysWhatToDo(Role role, string what)
    {
        await using var portal = await PortalContext.StartAsync(role);

        var empty = portal.Open<InstancesPage>("/instances?q=x").Find("[data-test=empty]");

        Assert.Contains("No lab is reserved.", empty.TextContent, StringComparison.Ordinal);
        Assert.StartsWith(what, empty.QuerySelectorAll("p")[1].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_NothingMatches_OffersAll()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance("i-1"));
        var page = portal.Open<InstancesPage>("/instances?q=%3Cscript%3Ealert(1)%3C/script%3E&sort=instance");
        Assert.Contains("Nothing matches.", page.Find("[data-test=empty]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("script"));

        await page.Find("[data-test=empty] button").ClickAsync();

        PortalContext.Shows(page, () => Assert.Equal(["i-1"], Ids(page)));
        Assert.EndsWith("/instances?sort=instance&order=asc", portal.Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThousandRows_Open_KeepsTheDocumentSmall()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.CommitAsync([.. Enumerable.Range(0, 1000).Select(n => Sample.Instance($"i-{n:0000}")).Select(instance =>
            new StatePut(StateKeys.InstanceState(instance.Id), DomainJson.Write(instance)))]);

        var page = portal.Open<InstancesPage>("/instances");

        Assert.InRange(Ids(page).Count, 1, 250);
        Assert.Contains("1,000 shown of 1,000.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostileFields_AreTextsInEveryCell()
    {
        const string Hostile = "<img src=x onerror=alert(1)>";
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Terminated) with { OwnerId = Hostile, DefinitionId = Hostile, Outcome = Outcome.Failed });

        var page = portal.Open<InstancesPage>("/instances");

        Assert.Empty(page.FindAll("img"));
        Assert.Equal(Hostile, page.Find("[data-column=owner]").TextContent);
    }

    [Fact]
    public async Task Stop_FaultOfTheStore_IsToldWithoutItsInsideAndThePageLives()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running), "w-1");
        var page = portal.Open<InstancesPage>("/instances");
        portal.Store.CommitFault = new InvalidOperationException("secret inside <b>x</b>");

        await page.Find("[aria-label='Stop i-1']").ClickAsync();

        PortalContext.Shows(portal.Messages, () => Assert.Contains("whether it was carried out is not known", portal.Messages.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("secret inside", portal.Messages.Markup, StringComparison.Ordinal);

        portal.Store.CommitFault = null;
        await page.Find("[aria-label='Stop i-1']").ClickAsync();

        PortalContext.Shows(page, () => Assert.Contains("→ STOPPED", page.Find("[data-id=i-1]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task End_NameTyped_AsksForItsEnd()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running), "w-1");
        var page = portal.Open<InstancesPage>("/instances");

        var ending = page.Find("[aria-label='End i-1']").ClickAsync();
        portal.Dialogs.WaitForElement("input").Input("ospf");
        await portal.Dialogs.Find("[data-test=confirm]").ClickAsync();
        await ending;

        PortalContext.Shows(page, () => Assert.Contains("→ TERMINATED", page.Find("[data-id=i-1]").TextContent, StringComparison.Ordinal));
        Assert.Empty(Actions(page));
    }

    private static LabletInstance At(LabletInstance instance, int minute) => instance with { LastTransition = instance.LastTransition with { At = Sample.Now.AddMinutes(minute) } };

    private static string State(IRenderedComponent<InstancesPage> page, string id) => page.Find($"[data-id={id}] [data-test=state]").TextContent;

    private static IEnumerable<string> Actions(IRenderedComponent<InstancesPage> page) => page.FindAll("[data-test=row] .ccm-actions button").Select(button => button.TextContent);
}
