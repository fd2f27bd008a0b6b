using Bunit;
using Ccm.Portal.Components.Pages.Definitions.Editing;
using static Ccm.Tests.Components.Definitions.Editing.EditedLab;

namespace Ccm.Tests.Components.Definitions.Editing;

public sealed class DryRunPanelTests
{
    [Fact]
    public async Task DryRun_OneWorkerAndATemplate_SaysOnHowMany()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var template = await portal.AddTemplateAsync(Domain.Sample.Template() with { MaxWorkers = 4 });
        await portal.PutAsync(Domain.Sample.WorkerOf(template, "w-1"));
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.Contains("Nothing in the lab file stands against publishing it", page.Find("[data-test=remarks]").TextContent, StringComparison.Ordinal));

        PortalContext.Shows(page, () => Assert.False(page.Find("[data-test=dry-run]").HasAttribute("disabled")));
        await page.InvokeAsync(() => page.Find("[data-test=dry-run]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Contains("Would fit on 1 worker now, 5 after scaling", page.Find("[data-test=dry-run-sum]").TextContent, StringComparison.Ordinal));
    }

    /// <summary>Nothing is wrong with a lab that has not been read yet.</summary>
    [Fact]
    public async Task DryRun_LabNotReadYet_CannotBeAskedFor()
    {
        await using var portal = await StartAsync();

        var panel = portal.Open<DryRunPanel>(parameters: parameters => parameters.Add(p => p.Ready, false).Add(p => p.Definition, () => null));

        Assert.True(panel.Find("[data-test=dry-run]").HasAttribute("disabled"));
        Assert.Equal("Reading the lab…", panel.Find("[data-test=dry-run]").TextContent.Trim());
    }
}
