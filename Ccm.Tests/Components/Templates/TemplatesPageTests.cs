using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Templates;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Templates;

public sealed class TemplatesPageTests
{
    [Fact]
    public async Task Open_TwoTemplates_ShowsCostCapacityUseAndWhoFits()
    {
        await using var portal = await PortalContext.StartAsync(Role.Operator);
        var metal = await portal.AddTemplateAsync(Sample.Template());
        await portal.AddTemplateAsync(Sample.Template("tiny") with { MemoryGb = 1, CostPerHour = 0.5m, Enabled = false });
        await portal.PutAsync(Sample.WorkerOf(metal, "w-1"));
        await portal.PutAsync(Sample.WorkerOf(metal, "w-2", WorkerState.Draining));
        await portal.PublishAsync("ospf");

        var page = portal.Open<TemplatesPage>();

        PortalContext.Shows(page, () => Assert.Equal(["tiny", "metal"], page.FindAll("tr[data-id]").Select(row => row.GetAttribute("data-id"))));
        Assert.Equal("metal|4.00|64 cores, 128 GB, 100 nodes|ENTERPRISE|0–10|1 RUNNING, 1 DRAINING|1 of 1 lab|ENABLED",
            string.Join('|', page.FindAll("tr[data-id=metal] td").Select(cell => cell.TextContent.Trim())));
        Assert.Contains("0 of 1 lab", page.Find("tr[data-id=tiny]").TextContent, StringComparison.Ordinal);
        Assert.Contains("DISABLED", page.Find("tr[data-id=tiny]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-test=new-template]"));
    }

    [Fact]
    public async Task Change_WorkerAppears_IsCountedLive()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        var metal = await portal.AddTemplateAsync(Sample.Template());
        var page = portal.Open<TemplatesPage>();
        PortalContext.Shows(page, () => Assert.Equal("none", page.Find("[data-test=workers]").TextContent));

        await portal.PutAsync(Sample.WorkerOf(metal, "w-1"));

        PortalContext.Shows(page, () => Assert.Equal("1 RUNNING", page.Find("[data-test=workers]").TextContent));
        Assert.NotEmpty(page.FindAll("[data-test=new-template]"));
    }

    [Fact]
    public async Task DocumentsAway_BackAgain_ShowsThemByItself()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.AddTemplateAsync(Sample.Template());
        portal.TakeDocumentsAway();
        var page = portal.Open<TemplatesPage>();
        PortalContext.Shows(page, () => Assert.Contains("tried again by itself", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));

        portal.TakeDocumentsAway(away: false);

        portal.ShowsInTime(page, () => Assert.NotEmpty(page.FindAll("tr[data-id=metal]")));
        Assert.Empty(page.FindAll("[role=alert]"));
    }

    [Fact]
    public async Task Open_User_IsToldWhoSeesThem()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);

        Assert.Contains("Your role does not show", portal.Open<TemplatesPage>().Markup, StringComparison.Ordinal);
    }
}
