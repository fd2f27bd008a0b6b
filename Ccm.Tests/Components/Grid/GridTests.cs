using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Grid;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Components.Grid;

/// <summary>What every table does, shown on that of the instances.</summary>
public sealed class GridTests
{
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

    private static IEnumerable<string> Headers(IRenderedComponent<InstancesPage> page) => page.FindAll("th[aria-sort] button").Select(button => button.TextContent.TrimEnd('▲', '▼'));

    private static AngleSharp.Dom.IElement Option(IRenderedComponent<InstancesPage> page, string title) =>
        page.FindAll("[data-test=columns-panel] label").Single(label => label.TextContent.Trim() == title).QuerySelector("input")!;
}
