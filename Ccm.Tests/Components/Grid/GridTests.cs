using Bunit;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;
using Ccm.Portal.Components.Pages.Definitions;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Portal.Components.Shared;
using Ccm.Tests.Domain;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Components.Grid;

/// <summary>What every table does, shown on that of the instances.</summary>
public sealed class GridTests
{
    [Fact]
    public async Task Bulk_OneRefuses_TheRestGoesOnAndEachSaysHowItWent()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running), "w-1");
        await portal.PutAsync(Sample.Instance("i-2", InstanceState.Running), "w-1");
        await portal.PutAsync(Sample.Instance("i-3", InstanceState.Running), "w-1");
        await portal.PutAsync(Sample.Instance("i-4"));
        var page = portal.Open<InstancesPage>("/instances?sort=instance");
        await page.Find("[data-test=select-all]").ClickAsync();
        Assert.Equal("4 selected", page.Find("[data-test=selected]").TextContent);

        var asking = page.Find("[data-test=bulk-stop]").ClickAsync();
        portal.Dialogs.WaitForElement("[data-test=bulk-confirm]");
        Assert.Equal(["i-1", "i-2", "i-3"], Listed(portal));
        Assert.Equal("1 of those selected is left out: not running.", portal.Dialogs.Find("[data-test=bulk-left]").TextContent);
        // While it is asked, one of them begins to end, which refuses a stop.
        await portal.PutAsync(Sample.Instance("i-2", InstanceState.Running) with { Target = InstanceTarget.Terminated }, "w-1");
        await portal.Dialogs.Find("[data-test=bulk-confirm]").ClickAsync();

        PortalContext.Shows(portal.Dialogs, () => Assert.Equal("3 of 3 done, 1 refused.", portal.Dialogs.Find("[data-test=bulk-progress]").TextContent));
        var results = portal.Dialogs.FindAll("[data-test=bulk-row]").Select(row => row.Children[1].TextContent).ToList();
        Assert.Equal(["Done.", "Done."], [results[0], results[2]]);
        Assert.Contains("'i-2' is RUNNING and on its way to TERMINATED", results[1], StringComparison.Ordinal);
        Assert.Equal([InstanceTarget.Stopped, InstanceTarget.Terminated, InstanceTarget.Stopped], new[] { "i-1", "i-2", "i-3" }.Select(id => portal.Cache.Current.Instances[id].Value.Target));

        await portal.Dialogs.Find("[data-test=bulk-close]").ClickAsync();
        await asking;
        PortalContext.Shows(page, () => Assert.Empty(page.FindAll("[data-test=selected]")));
    }

    /// <summary>Three wishes before the browser has told of the first: none of them takes another back.</summary>
    [Fact]
    public async Task Sort_AskedWhileAFilterIsOnItsWay_KeepsBoth()
    {
        var navigation = new LateNavigation("/instances");
        await using var portal = await PortalContext.StartAsync(services => services.AddSingleton<NavigationManager>(navigation), Role.Operator);
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running), "w-1");
        await portal.PutAsync(Sample.Instance("i-2"));
        var page = portal.Open<InstancesPage>("/instances");

        await page.FindAll(".ccm-chips .ccm-chip").First(chip => chip.TextContent.StartsWith("PENDING", StringComparison.Ordinal)).ClickAsync();
        await SortBySlotAsync(page);
        await page.InvokeAsync(navigation.Arrive);
        await SortBySlotAsync(page);
        await page.InvokeAsync(navigation.Arrive);
        await page.InvokeAsync(navigation.Arrive);

        Assert.Contains("state=PENDING", navigation.Uri, StringComparison.Ordinal);
        Assert.Contains("sort=slot", navigation.Uri, StringComparison.Ordinal);
        Assert.Equal("descending", page.FindAll("th").Single(head => head.TextContent.StartsWith("Slot", StringComparison.Ordinal)).GetAttribute("aria-sort"));
        Assert.Equal("i-2", Assert.Single(page.FindAll("[data-test=row]")).GetAttribute("data-id"));

        static Task SortBySlotAsync(IRenderedComponent<InstancesPage> page) =>
            page.FindAll("th").Single(head => head.TextContent.StartsWith("Slot", StringComparison.Ordinal)).QuerySelector("button")!.ClickAsync();
    }

    [Fact]
    public async Task Bulk_Grave_WantsTheNumberTyped()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Instance("i-1"));
        await portal.PutAsync(Sample.Instance("i-2"));
        var page = portal.Open<InstancesPage>("/instances");
        await page.Find("[data-test=select-all]").ClickAsync();

        var asking = page.Find("[data-test=bulk-end]").ClickAsync();
        Assert.True(portal.Dialogs.WaitForElement("[data-test=bulk-confirm]").HasAttribute("disabled"));
        portal.Dialogs.Find("[data-test=bulk-word]").Input("2");
        await portal.Dialogs.Find("[data-test=bulk-confirm]").ClickAsync();

        PortalContext.Shows(portal.Dialogs, () => Assert.Equal("2 of 2 done.", portal.Dialogs.Find("[data-test=bulk-progress]").TextContent));
        Assert.All(portal.Cache.Current.Instances.Values, entry => Assert.Equal(InstanceTarget.Terminated, entry.Value.Target));
        await portal.Dialogs.Find("[data-test=bulk-close]").ClickAsync();
        await asking;
    }

    [Theory]
    [InlineData(Role.Viewer, "")]
    [InlineData(Role.User, "Stop Extend 30 min End")]
    [InlineData(Role.Operator, "Stop Extend 30 min Collect End")]
    public async Task Bulk_EachRole_IsWhatItMay(Role role, string verbs)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PutAsync(Sample.Instance("i-1"));
        var page = portal.Open<InstancesPage>("/instances");

        if (verbs.Length == 0)
        {
            Assert.Empty(page.FindAll("input[type=checkbox]"));
            return;
        }
        await page.Find("[aria-label='Select i-1']").ClickAsync();

        Assert.Equal(verbs, string.Join(' ', page.FindAll("[data-test^=bulk-]").Select(button => button.TextContent.Trim())));
    }

    [Fact]
    public async Task Select_Range_TakesAllBetweenAndForgetsWhatIsGone()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        for (var n = 1; n <= 6; n++)
            await portal.PutAsync(Sample.Instance($"i-{n}"));
        var page = portal.Open<InstancesPage>("/instances?sort=instance");

        await page.Find("[aria-label='Select i-5']").ClickAsync();
        await page.Find("[aria-label='Select i-2']").ClickAsync(new MouseEventArgs { ShiftKey = true });
        Assert.Equal(["i-2", "i-3", "i-4", "i-5"], page.FindAll("tr[aria-selected=true]").Select(row => row.GetAttribute("data-id")));

        await portal.CommitAsync([], [StateKeys.InstanceState("i-3")]);
        PortalContext.Shows(page, () => Assert.Equal("3 selected", page.Find("[data-test=selected]").TextContent));

        portal.Navigation.NavigateTo(portal.Navigation.GetUriWithQueryParameter("sort", "lab"));
        PortalContext.Shows(page, () => Assert.Equal("3 selected", page.Find("[data-test=selected]").TextContent));
        portal.Navigation.NavigateTo("/instances?q=i");
        PortalContext.Shows(page, () => Assert.Empty(page.FindAll("[data-test=selected]")));
    }

    [Fact]
    public async Task Select_AFew_StandsInTheAddressAndSurvivesAReload()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        for (var n = 1; n <= 3; n++)
            await portal.PutAsync(Sample.Instance($"i-{n}"));
        var page = portal.Open<InstancesPage>("/instances?q=i");
        await page.Find("[aria-label='Select i-3']").ClickAsync();
        await page.Find("[aria-label='Select i-1']").ClickAsync();
        Assert.EndsWith("/instances?q=i&sel=i-1,i-3", Uri.UnescapeDataString(portal.Navigation.Uri), StringComparison.Ordinal);
        Assert.DoesNotContain("sel=", page.Find("[data-test=csv]").GetAttribute("href"), StringComparison.Ordinal);

        page = portal.Open<InstancesPage>(portal.Navigation.Uri);

        Assert.Equal(["i-1", "i-3"], page.FindAll("tr[aria-selected=true]").Select(row => row.GetAttribute("data-id")!).Order(StringComparer.Ordinal));
        await page.Find("[data-test=select-none]").ClickAsync();
        Assert.EndsWith("/instances?q=i", portal.Navigation.Uri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?sel=i-1,gone,%3Cscript%3E,,i-2", "2 selected")]
    [InlineData("?sel=,&sel=i-1", "1 selected")]
    [InlineData("?sel=nonsense", null)]
    public async Task Select_NonsenseInTheAddress_IsIgnored(string query, string? told)
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        for (var n = 1; n <= 3; n++)
            await portal.PutAsync(Sample.Instance($"i-{n}"));

        var page = portal.Open<InstancesPage>($"/instances{query}");

        Assert.Equal(told, page.FindAll("[data-test=selected]").SingleOrDefault()?.TextContent);
    }

    [Fact]
    public async Task Select_MoreThanAnAddressTakes_IsToldAndKeptWhileThePageLasts()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        for (var n = 1; n <= 51; n++)
            await portal.PutAsync(Sample.Instance($"i-{n}"));
        var page = portal.Open<InstancesPage>("/instances");
        await page.Find("[aria-label='Select i-51']").ClickAsync();

        await page.Find("[data-test=select-all]").ClickAsync();

        Assert.Equal("51 selected", page.Find("[data-test=selected]").TextContent);
        Assert.Contains("more than the 50", page.Find("[data-test=selected-many]").TextContent, StringComparison.Ordinal);
        Assert.EndsWith("/instances", portal.Navigation.Uri, StringComparison.Ordinal);
        await page.Find("[aria-label='Select i-51']").ClickAsync();
        Assert.Empty(page.FindAll("[data-test=selected-many]"));
        Assert.Contains("sel=i-1", portal.Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Select_OneWhoMayAskNothing_SelectsNothing()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance("i-1"));

        var page = portal.Open<InstancesPage>("/instances?sel=i-1");

        Assert.Empty(page.FindAll("[data-test=selected]"));
    }

    [Fact]
    public async Task Columns_Chosen_AreShownAndRemembered()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance("i-1"));
        var page = portal.Open<InstancesPage>("/instances");
        await page.Find("[data-test=columns]").ClickAsync();

        await Option(page, "Ports").ChangeAsync(true);
        await Option(page, "Worker").ChangeAsync(false);

        Assert.Equal(["Instance", "State", "Lab", "Owner", "Slot", "Since", "Ports"], Headers(page));
        Assert.Equal("instances:instance.state.lab.owner.slot.since.ports", portal.Script.Invocations["ccm.rememberColumns"][^1].Arguments[0]);
        Assert.EndsWith("/export/instances.csv?cols=instance,state,lab,owner,slot,since,ports", Uri.UnescapeDataString(page.Find("[data-test=csv]").GetAttribute("href")!), StringComparison.Ordinal);

        await page.FindAll("[data-test=columns-panel] button")[^1].ClickAsync();
        Assert.Equal(["Instance", "State", "Lab", "Owner", "Worker", "Slot", "Since"], Headers(page));
    }

    [Theory]
    [InlineData("instances:state.lab", "State Lab")]
    [InlineData("instances:lab.nonsense.state|workers:x", "State Lab")]
    [InlineData("instances:nonsense", "Instance State Lab Owner Worker Slot Since")]
    [InlineData("instances:|::|<script>", "Instance State Lab Owner Worker Slot Since")]
    public void Columns_AnyCookie_AreThoseThatThereAre(string cookie, string shown)
    {
        var choice = new ChosenColumns();
        choice.Read(cookie);

        Assert.Equal(shown, string.Join(' ', choice.Of(InstanceTable.Table).Select(column => column.Title)));
    }

    [Fact]
    public async Task Facet_Opened_CountsAllRowsAndChoosesByPressing()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance("i-1") with { OwnerId = "ana" });
        await portal.PutAsync(Sample.Instance("i-2") with { OwnerId = "ben" });
        await portal.PutAsync(Sample.Instance("i-3") with { OwnerId = "ben" });
        var page = portal.Open<InstancesPage>("/instances");

        await page.Find("[data-test=facet-owner]").ClickAsync();
        Assert.Equal(["ben 2", "ana 1"], page.FindAll("[data-test=facet-owner-panel] label").Select(label => label.TextContent.Trim()));
        await page.Find("[data-test=facet-owner-panel] input").ChangeAsync(true);

        Assert.EndsWith("/instances?owner=ben", portal.Navigation.Uri, StringComparison.Ordinal);
        PortalContext.Shows(page, () => Assert.Equal("2 shown of 3.", page.Find("[data-test=count]").TextContent));
        Assert.StartsWith("Owner: ben", page.Find("[data-test=facet-owner]").TextContent, StringComparison.Ordinal);
    }

    /// <summary>Whoever aims at a row hits that row, and reads its state as it is.</summary>
    [Fact]
    public async Task Hold_WhileAPointerMoves_RowsKeepTheirPlaces()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        for (var n = 1; n <= 4; n++)
            await portal.PutAsync(Sample.Instance($"i-{n}", InstanceState.Running));
        var page = portal.Open<InstancesPage>("/instances?sort=state");
        var window = page.FindComponent<RowWindow<InstanceEntry>>();

        await page.InvokeAsync(() => window.Instance.Hold(true));
        await portal.PutAsync(Sample.Instance("i-4", InstanceState.Pending));
        await portal.PutAsync(Sample.Instance("i-0", InstanceState.Pending));
        await portal.CommitAsync([], [StateKeys.InstanceState("i-2")]);

        PortalContext.Shows(page, () => Assert.Equal(["i-1 RUNNING", "i-2 gone", "i-3 RUNNING", "i-4 PENDING"], Rows(page)));
        Assert.Empty(page.FindAll("[aria-label='Stop i-2']"));
        Assert.Equal("4 shown of 4.", page.Find("[data-test=count]").TextContent);
        Assert.Single(page.FindAll("[data-test=held]"));

        await page.InvokeAsync(() => window.Instance.Hold(false));
        PortalContext.Shows(page, () => Assert.Equal(["i-0 PENDING", "i-4 PENDING", "i-1 RUNNING", "i-3 RUNNING"], Rows(page)));
        Assert.Empty(page.FindAll("[data-test=held]"));
    }

    /// <summary>A row that comes to another place stays the component that it was, and those around it are not made anew.</summary>
    [Fact]
    public async Task Apply_RowMoves_KeepsItsComponentAndPaintsNoOther()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        for (var n = 1; n <= 5; n++)
            await portal.PutAsync(Sample.Instance($"i-{n}", InstanceState.Running));
        var page = portal.Open<InstancesPage>("/instances?sort=state");
        var before = Painted(page);

        await portal.PutAsync(Sample.Instance("i-4", InstanceState.Pending));

        PortalContext.Shows(page, () => Assert.Equal(["i-4", "i-1", "i-2", "i-3", "i-5"], page.FindAll("[data-test=row]").Select(row => row.GetAttribute("data-id")!)));
        var after = Painted(page);
        Assert.All(before, row => Assert.Same(row.Value.Component, after[row.Key].Component));
        Assert.Equal(["i-4"], before.Keys.Where(id => after[id].Times != before[id].Times));
    }

    /// <summary>A table that is given its rows, and what they depend on, anew with each change.</summary>
    [Fact]
    public async Task Items_AnotherListOfEqualRows_PaintsNoneOfThem()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PublishAsync("one");
        await portal.PublishAsync("two");
        var page = portal.Open<DefinitionsPage>("/definitions");
        PortalContext.Shows(page, () => Assert.Equal(2, page.FindAll("[data-test=row] [data-column=nodes]").Count(cell => cell.TextContent.Length > 0)));
        var rows = page.FindComponents<GridRow<DefinitionTable.Row>>();
        var before = rows.Select(row => (row.Instance.Row.Name, row.RenderCount)).ToList();

        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running) with { DefinitionId = "two" });

        PortalContext.Shows(page, () => Assert.Equal(["0", "1"], page.FindAll("[data-test=live]").Select(live => live.TextContent)));
        Assert.Equal(["two"], rows.Where((row, n) => row.RenderCount != before[n].RenderCount).Select(row => row.Instance.Row.Name));
    }

    [Fact]
    public async Task Items_AnotherListWhileHeld_RowsKeepTheirPlacesAndSayWhatIs()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PublishAsync("one");
        await portal.PublishAsync("two");
        await portal.PutAsync(Sample.Instance("i-1", InstanceState.Running) with { DefinitionId = "one" });
        var page = portal.Open<DefinitionsPage>("/definitions?sort=live&order=desc");
        PortalContext.Shows(page, () => Assert.Equal(["one", "two"], Names()));

        await page.InvokeAsync(() => page.FindComponent<RowWindow<DefinitionTable.Row>>().Instance.Hold(true));
        await portal.PutAsync(Sample.Instance("i-2", InstanceState.Running) with { DefinitionId = "two" });
        await portal.PutAsync(Sample.Instance("i-3", InstanceState.Running) with { DefinitionId = "two" });

        PortalContext.Shows(page, () => Assert.Equal(["1", "2"], page.FindAll("[data-test=live]").Select(live => live.TextContent)));
        Assert.Equal(["one", "two"], Names());

        await page.InvokeAsync(() => page.FindComponent<RowWindow<DefinitionTable.Row>>().Instance.Hold(false));
        PortalContext.Shows(page, () => Assert.Equal(["two", "one"], Names()));

        IEnumerable<string> Names() => page.FindAll("[data-test=row]").Select(row => row.GetAttribute("data-id")!);
    }

    /// <summary>The row that a range begins at may have changed since, and come to another place.</summary>
    [Fact]
    public async Task Select_RangeFromARowThatChangedSince_TakesAllBetween()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        for (var n = 1; n <= 5; n++)
            await portal.PutAsync(Sample.Instance($"i-{n}", InstanceState.Running));
        var page = portal.Open<InstancesPage>("/instances?sort=state");
        await page.Find("[aria-label='Select i-4']").ClickAsync();
        await portal.PutAsync(Sample.Instance("i-4", InstanceState.Pending));
        PortalContext.Shows(page, () => Assert.Equal("i-4 PENDING", Rows(page)[0]));

        await page.Find("[aria-label='Select i-2']").ClickAsync(new MouseEventArgs { ShiftKey = true });

        Assert.Equal(["i-4", "i-1", "i-2"], page.FindAll("tr[aria-selected=true]").Select(row => row.GetAttribute("data-id")));
    }

    private static Dictionary<string, (object Component, int Times)> Painted(IRenderedComponent<InstancesPage> page) =>
        page.FindComponents<GridRow<InstanceEntry>>().ToDictionary(row => row.Instance.Row.Id, row => ((object)row.Instance, row.RenderCount));

    private static List<string> Rows(IRenderedComponent<InstancesPage> page) =>
        [.. page.FindAll("[data-test=row]").Select(row => $"{row.GetAttribute("data-id")} {(row.ClassList.Contains("gone") ? "gone" : row.QuerySelector("[data-test=state]")!.TextContent)}")];

    private static IEnumerable<string> Headers(IRenderedComponent<InstancesPage> page) => page.FindAll("th[aria-sort] button").Select(button => button.TextContent.TrimEnd('▲', '▼'));

    private static AngleSharp.Dom.IElement Option(IRenderedComponent<InstancesPage> page, string title) =>
        page.FindAll("[data-test=columns-panel] label").Single(label => label.TextContent.Trim() == title).QuerySelector("input")!;

    private static IEnumerable<string> Listed(PortalContext portal) => portal.Dialogs.FindAll("[data-test=bulk-row]").Select(row => row.Children[0].TextContent);
}
