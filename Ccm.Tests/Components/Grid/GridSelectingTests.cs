using Bunit;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Ccm.Tests.Components.Grid;

/// <summary>Which rows are selected as they are pressed, change and go.</summary>
public sealed class GridSelectingTests
{
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
        PortalContext.Shows(page, () => Assert.Equal("i-4", page.Find("[data-test=row]").GetAttribute("data-id")));

        await page.Find("[aria-label='Select i-2']").ClickAsync(new MouseEventArgs { ShiftKey = true });

        Assert.Equal(["i-4", "i-1", "i-2"], page.FindAll("tr[aria-selected=true]").Select(row => row.GetAttribute("data-id")));
    }
}
