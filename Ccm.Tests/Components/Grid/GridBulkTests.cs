using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Grid;

/// <summary>What is asked of many rows at once.</summary>
public sealed class GridBulkTests
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

    private static IEnumerable<string> Listed(PortalContext portal) => portal.Dialogs.FindAll("[data-test=bulk-row]").Select(row => row.Children[0].TextContent);
}
