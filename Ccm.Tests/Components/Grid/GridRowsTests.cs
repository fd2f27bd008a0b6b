using Bunit;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;
using Ccm.Portal.Components.Pages.Definitions;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Portal.Components.Shared;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Grid;

/// <summary>Where rows stand and which are painted while the fleet changes.</summary>
public sealed class GridRowsTests
{
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

    private static Dictionary<string, (object Component, int Times)> Painted(IRenderedComponent<InstancesPage> page) =>
        page.FindComponents<GridRow<InstanceEntry>>().ToDictionary(row => row.Instance.Row.Id, row => ((object)row.Instance, row.RenderCount));

    private static List<string> Rows(IRenderedComponent<InstancesPage> page) =>
        [.. page.FindAll("[data-test=row]").Select(row => $"{row.GetAttribute("data-id")} {(row.ClassList.Contains("gone") ? "gone" : row.QuerySelector("[data-test=state]")!.TextContent)}")];
}
