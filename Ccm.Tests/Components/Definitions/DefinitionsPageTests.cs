using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Definitions;
using Ccm.Tests.Domain;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Definitions;

public sealed class DefinitionsPageTests
{
    [Fact]
    public async Task Open_Published_ShowsEachNewestAndWhatItNeeds()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await portal.PublishAsync("ospf", "1.1.0", LabText.TwoRouters("changed"));

        var page = portal.Open<DefinitionsPage>();

        PortalContext.Shows(page, () => Assert.Equal("changed", page.FindAll("tbody td")[1].TextContent));
        Assert.Equal(["ospf", "changed", "1.1.0 of 2", "3", "4 cores, 4 GB", "ACTIVE", "Reserve"], page.FindAll("tbody td").Select(cell => cell.TextContent.Trim()));
    }

    [Theory]
    [InlineData("?q=OSP", "ospf")]
    [InlineData("?q=two%20routers", "bgp")]
    [InlineData("?status=deprecated", "old")]
    [InlineData("?q=nothing-like-it", "")]
    [InlineData("?status=nonsense&q=", "bgp ospf old")]
    public async Task Open_Address_ShowsWhatMatches(string query, string names)
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await portal.PublishAsync("bgp", yaml: LabText.TwoRouters("Two routers"));
        await portal.PublishAsync("old");
        await portal.Control.DeprecateAsync(PortalContext.Admin, Operation.New(), "old", TestContext.Current.CancellationToken);

        var page = portal.Open<DefinitionsPage>("/definitions" + query);

        PortalContext.Shows(page, () => Assert.Equal(names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), page.FindAll("tr[data-id]").Select(row => row.GetAttribute("data-id"))));
        Assert.Equal(names.Length == 0 ? 1 : 0, page.FindAll("[data-test=empty]").Count);
    }

    [Fact]
    public async Task Instances_ComeAndEnd_AreCountedLive()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.PublishAsync("ospf");
        var page = portal.Open<DefinitionsPage>("/definitions");
        PortalContext.Shows(page, () => Assert.Equal("0", page.Find("[data-test=live]").TextContent));

        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running));
        PortalContext.Shows(page, () => Assert.Equal("/instances?definition=ospf", page.Find("[data-test=live]").GetAttribute("href")));

        portal.Time.Advance(TimeSpan.FromSeconds(1));
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Terminated));
        portal.ShowsInTime(page, () => Assert.Equal("0", page.Find("[data-test=live]").TextContent));
    }

    [Fact]
    public async Task Change_PublishedElsewhere_Appears()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        var page = portal.Open<DefinitionsPage>();
        Assert.Contains("An admin imports", page.Find("[data-test=empty]").TextContent, StringComparison.Ordinal);

        await portal.PublishAsync("ospf");

        PortalContext.Shows(page, () => Assert.Equal("3", page.FindAll("tbody td")[3].TextContent));
    }

    [Theory]
    [InlineData(Role.Viewer, false, false)]
    [InlineData(Role.User, true, false)]
    [InlineData(Role.Operator, true, false)]
    [InlineData(Role.Admin, true, true)]
    public async Task Open_EachRole_OffersWhatItMay(Role role, bool reserves, bool imports)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PublishAsync("ospf");

        var page = portal.Open<DefinitionsPage>();

        PortalContext.Shows(page, () => Assert.Equal(reserves ? 1 : 0, page.FindAll("[aria-label='Reserve ospf']").Count));
        Assert.Equal(imports ? 1 : 0, page.FindAll("[data-test=lab-file]").Count);
    }

    [Fact]
    public async Task Reserve_NoNodesOrDeprecated_IsNotOffered()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PublishAsync("nothing", yaml: LabText.Empty);
        await portal.PublishAsync("old");
        await portal.Control.DeprecateAsync(PortalContext.Admin, Operation.New(), "old", TestContext.Current.CancellationToken);

        var page = portal.Open<DefinitionsPage>();

        PortalContext.Shows(page, () => Assert.Equal("3", page.FindAll("[data-id=old] td")[3].TextContent));
        Assert.Equal("DEPRECATED", page.FindAll("[data-id=old] td")[6].TextContent);
        Assert.Empty(page.FindAll("[aria-label^=Reserve]"));
    }

    [Fact]
    public async Task Documents_Away_ListsTheNamesAndComesBack()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        portal.TakeDocumentsAway();

        var page = portal.Open<DefinitionsPage>();

        PortalContext.Shows(page, () => Assert.Contains("The document store does not answer", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.Equal("ospf", page.Find("tbody a").TextContent);

        portal.TakeDocumentsAway(false);
        portal.ShowsInTime(page, () => Assert.Equal("3", page.FindAll("tbody td")[3].TextContent));
        Assert.Empty(page.FindAll("[role=alert]"));
    }

    [Fact]
    public async Task Title_Hostile_IsText()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf", yaml: LabText.TwoRouters("'<img src=x onerror=alert(1)>'"));

        var page = portal.Open<DefinitionsPage>();

        PortalContext.Shows(page, () => Assert.Contains("<img", page.FindAll("tbody td")[1].TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("img"));
    }
}
