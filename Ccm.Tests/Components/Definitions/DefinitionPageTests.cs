using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Definitions;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Definitions;

public sealed class DefinitionPageTests
{
    [Theory]
    [InlineData("", "1.1.0", "second")]
    [InlineData("?version=1.0.0", "1.0.0", "first")]
    public async Task Open_Address_ShowsThatVersion(string query, string version, string title)
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await PublishTwoAsync(portal);

        var page = Open(portal, query);

        PortalContext.Shows(page, () => Assert.Equal($"ospf {version}", page.Find("h1").TextContent));
        Assert.Contains($"title: {title}", page.Find("pre").TextContent, StringComparison.Ordinal);
        Assert.Equal(version, page.Find("[aria-current=true]").TextContent);
        Assert.Equal(["1.1.0", "1.0.0"], page.FindAll("[data-test=versions] td:first-child a").Select(link => link.TextContent));
        Assert.Equal(3, page.FindAll(".ccm-topology circle").Count);
    }

    [Theory]
    [InlineData("?version=9.9.9")]
    [InlineData("?version=%3Cimg%20src%3Dx%3E")]
    public async Task Open_NoSuchVersion_SaysSo(string query)
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");

        var page = Open(portal, query);

        PortalContext.Shows(page, () => Assert.Contains("There is no definition 'ospf ", page.Find("p").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("img"));
    }

    [Fact]
    public async Task Version_Chosen_ShowsThatOne()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await PublishTwoAsync(portal);
        var page = Open(portal);

        portal.Navigation.NavigateTo("/definitions/ospf?version=1.0.0");

        PortalContext.Shows(page, () => Assert.Equal("ospf 1.0.0", page.Find("h1").TextContent));
    }

    [Fact]
    public async Task Compare_TwoVersions_ShowsFieldsAndLines()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await PublishTwoAsync(portal);

        var page = Open(portal, "?against=1.0.0");

        PortalContext.Shows(page, () => Assert.Equal("+1 −1 lines", page.Find("[data-test=diff-sum]").TextContent));
        Assert.Equal("+   title: second", page.Find("[data-test=compare] td.added").TextContent.TrimEnd());
        Assert.Equal(["version", "title"], page.FindAll("[data-test=compare] tr[data-field]").Select(row => row.GetAttribute("data-field")));
        Assert.Equal("/definitions/ospf?version=1.1.0&against=1.0.0", page.FindAll("[data-test=versions] td:last-child a").Single().GetAttribute("href"));
        // Reloaded or resumed, nobody asked for it just now.
        Assert.Empty(portal.Calls("ccm.arrive"));
    }

    [Fact]
    public async Task Compare_AskedFor_ComesIntoSightOnceForEach()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        foreach (var (version, title) in new[] { ("1.0.0", "first"), ("1.1.0", "second"), ("1.2.0", "third") })
            await portal.PublishAsync("ospf", version, LabText.TwoRouters(title));
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.Equal(2, page.FindAll("[data-test=versions] td:last-child a").Count));
        Assert.Empty(portal.Calls("ccm.arrive"));

        portal.Navigation.NavigateTo("/definitions/ospf?version=1.2.0&against=1.1.0");
        PortalContext.Shows(page, () => Assert.Equal("compare", Assert.Single(portal.Calls("ccm.arrive")).Arguments[0]));
        Assert.Equal(("What changed from 1.1.0 to 1.2.0", "-1"), (page.Find("#compare").TextContent, page.Find("#compare").GetAttribute("tabindex")));

        await portal.Control.DeprecateAsync(PortalContext.Admin, Operation.New(), "ospf", TestContext.Current.CancellationToken);
        PortalContext.Shows(page, () => Assert.Equal("DEPRECATED", page.Find(".ccm-readonly").TextContent));
        Assert.Single(portal.Calls("ccm.arrive"));

        portal.Navigation.NavigateTo("/definitions/ospf?version=1.2.0&against=1.0.0");
        PortalContext.Shows(page, () => Assert.Equal(2, portal.Calls("ccm.arrive").Count));
    }

    [Fact]
    public async Task Versions_Published_SayWhy()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await PublishTwoAsync(portal, "R2 gets <a> loopback.");

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Equal(["R2 gets <a> loopback.", ""], page.FindAll("[data-test=versions] td:nth-child(4)").Select(cell => cell.TextContent)));
    }

    [Fact]
    public async Task Versions_OneGoneFromTheDocuments_TheOthersStillSayWhy()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await PublishTwoAsync(portal, "Second.");
        using (var connection = portal.Database.Connect())
        using (var command = SqliteDocuments.Command(connection, "DELETE FROM lablet_definitions WHERE version = '1.0.0'"))
            command.ExecuteNonQuery();

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Equal(["Second.", ""], page.FindAll("[data-test=versions] td:nth-child(4)").Select(cell => cell.TextContent)));
    }

    [Fact]
    public async Task Compare_PageOfAnOlderVersion_IsShownAllTheSame()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await PublishTwoAsync(portal);
        portal.Script.SetupVoid("ccm.arrive", _ => true).SetException(new Microsoft.JSInterop.JSException("Could not find 'ccm.arrive'"));
        var page = Open(portal);

        portal.Navigation.NavigateTo("/definitions/ospf?version=1.1.0&against=1.0.0");

        PortalContext.Shows(page, () => Assert.Single(portal.Calls("ccm.arrive")));
        Assert.NotEmpty(page.FindAll("[data-test=compare] tr[data-field]"));
    }

    [Fact]
    public async Task Compare_OnlyASettingDiffers_ShowsItBesideTheSameLab()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await portal.Control.PublishAsync(PortalContext.Admin, Operation.New(),
            new PublishRequest { Name = "ospf", Version = "1.1.0", LabYaml = LabText.TwoRouters("ospf"), MaxDurationMinutes = 30 }, TestContext.Current.CancellationToken);

        var page = Open(portal, "?against=1.0.0");

        PortalContext.Shows(page, () => Assert.Equal(["240", "30"], page.FindAll("[data-test=compare] [data-field=maxDurationMinutes] td").Select(cell => cell.TextContent.Trim())));
        PortalContext.Shows(page, () => Assert.Equal("The lab files are the same.", page.Find("[data-test=compare] [data-test=no-difference]").TextContent));
    }

    [Fact]
    public async Task Compare_NoSuchVersion_SaysSo()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");

        var page = Open(portal, "?against=9.9.9");

        PortalContext.Shows(page, () => Assert.Contains("There is no version 9.9.9 to compare with", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Change_PublishedElsewhere_ShowsTheNewest()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        var page = Open(portal);

        await portal.PublishAsync("ospf", "2.0.0", LabText.TwoRouters("second"));

        PortalContext.Shows(page, () => Assert.Equal("ospf 2.0.0", page.Find("h1").TextContent));
    }

    [Fact]
    public async Task Documents_Away_SaysSoAndIsNoMissingDefinition()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        portal.TakeDocumentsAway();

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Contains("The document store does not answer", page.Find("p").TextContent, StringComparison.Ordinal));
        Assert.DoesNotContain("There is no definition", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lab_NotReadToday_IsShownWithoutPicture()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        using (var connection = portal.Database.Connect())
        using (var command = SqliteDocuments.Command(connection, "UPDATE lablet_definitions SET lab = 'no: topology'"))
            command.ExecuteNonQuery();

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Equal("no: topology", page.Find("pre").TextContent));
        Assert.Empty(page.FindAll(".ccm-topology"));
        Assert.Contains("It cannot be drawn", page.Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Role.Viewer, "")]
    [InlineData(Role.User, "Reserve")]
    [InlineData(Role.Operator, "Reserve")]
    [InlineData(Role.Admin, "Reserve|Deprecate|Delete")]
    public async Task Actions_EachRole_AreWhatItMay(Role role, string actions)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PublishAsync("ospf");

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Equal(actions, string.Join('|', page.FindAll(".ccm-head button").Select(button => button.TextContent.Trim()))));
    }

    [Fact]
    public async Task Deprecate_Admin_ShowsItAndStopsOffering()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PublishAsync("ospf");
        var page = Open(portal);

        var asking = page.WaitForElement("[data-test=deprecate]").ClickAsync();
        PortalContext.Shows(portal.Dialogs, () => Assert.Contains("no new versions", portal.Dialogs.Markup, StringComparison.Ordinal));
        Assert.Equal(DefinitionStatus.Active, portal.Cache.Current.Definitions["ospf"].Value.Status);
        await portal.Dialogs.Find("[data-test=confirm-word]").InputAsync("ospf");
        await portal.Dialogs.Find("[data-test=confirm]").ClickAsync();
        await asking;

        PortalContext.Shows(page, () => Assert.Equal("DEPRECATED", page.Find(".ccm-readonly").TextContent));
        Assert.Empty(page.FindAll("[data-test=deprecate], [data-test=reserve]"));
    }

    [Fact]
    public async Task Reserve_Pressed_OpensTheDialogWithThisLabAndGoesToTheInstance()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("bgp");
        await portal.PublishAsync("ospf");
        await portal.PublishAsync("ospf", "1.1.0", LabText.TwoRouters("second"));
        var page = Open(portal, "?version=1.0.0");
        var reserve = page.WaitForElement("[data-test=reserve]");
        Assert.Equal("Reserve 1.1.0", reserve.TextContent.Trim());

        var reserving = reserve.ClickAsync();
        PortalContext.Shows(portal.Dialogs, () => Assert.Equal("ospf", portal.Dialogs.Find("[data-test=reserve-definition]").GetAttribute("value")));
        await portal.Dialogs.Find("[data-test=reserve-confirm]").ClickAsync();
        await reserving;

        var instance = Assert.Single(portal.Cache.Current.Instances.Values).Value;
        Assert.Equal(("ospf", "1.1.0"), (instance.DefinitionId, instance.Version));
        Assert.EndsWith($"/instances/{instance.Id}", portal.Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reserve_LabWithoutNodes_IsNotOffered()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf", yaml: LabText.Empty);

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=versions]")));
        Assert.Empty(page.FindAll("[data-test=reserve]"));
    }

    [Fact]
    public async Task Delete_InstancesLive_IsRefusedInWords()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PublishAsync("ospf");
        await portal.Control.ReserveAsync(PortalContext.Admin, Operation.New(), new ReserveRequest("ospf"), TestContext.Current.CancellationToken);
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll(".ccm-head button")));

        var deleting = page.FindAll(".ccm-head button")[^1].ClickAsync();
        portal.Dialogs.WaitForElement("input").Input("ospf");
        await portal.Dialogs.Find("[data-test=confirm]").ClickAsync();
        await deleting;

        PortalContext.Shows(portal.Messages, () => Assert.Contains("End them first", portal.Messages.Markup, StringComparison.Ordinal));
        Assert.EndsWith("/definitions/ospf", portal.Navigation.Uri, StringComparison.Ordinal);
    }

    /// <param name="note">Of 1.1.0; 1.0.0 has none.</param>
    private static async Task PublishTwoAsync(PortalContext portal, string note = "")
    {
        await portal.PublishAsync("ospf", "1.0.0", LabText.TwoRouters("first"));
        await portal.Control.PublishAsync(PortalContext.Admin, Operation.New(),
            new PublishRequest { Name = "ospf", Version = "1.1.0", LabYaml = LabText.TwoRouters("second"), ChangeNote = note }, TestContext.Current.CancellationToken);
    }

    private static IRenderedComponent<DefinitionPage> Open(PortalContext portal, string query = "") =>
        portal.Open<DefinitionPage>("/definitions/ospf" + query, parameters => parameters.Add(p => p.Name, "ospf"));
}
