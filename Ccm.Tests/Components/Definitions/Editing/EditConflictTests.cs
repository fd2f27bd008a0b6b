using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Definitions.Editing;
using Ccm.Portal.Live;
using static Ccm.Tests.Components.Definitions.Editing.EditedLab;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Definitions.Editing;

/// <summary>What somebody else does to the definition meanwhile.</summary>
public sealed class EditConflictTests
{
    [Fact]
    public async Task Conflict_PublishedElsewhere_ShowsBothAndMineGoesOnTop()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = Open(portal);
        await WriteAsync(portal, page, Mine);

        await portal.PublishAsync("ospf", "1.1.0", First.Replace("label: R1", "label: THEIRS", StringComparison.Ordinal));

        PortalContext.Shows(page, () => Assert.Contains("1.1.0 was published while you edited 1.0.0", page.Find("[data-test=conflict] h2").TextContent, StringComparison.Ordinal));
        PortalContext.Shows(page, () => Assert.Equal(["+     label: THEIRS", "+     label: MINE"], page.FindAll("[data-test=conflict] td.added").Select(cell => cell.TextContent)));
        Assert.True(page.Find("[data-test=publish]").HasAttribute("disabled"));
        await page.InvokeAsync(() => page.Find("[data-test=keep-mine]").ClickAsync());
        Assert.Empty(page.FindAll("[data-test=conflict]"));
        Assert.Equal("1.2.0", page.Find("[name=version]").GetAttribute("value"));
        Assert.Equal("1.1.0", page.Find("[data-key]").GetAttribute("data-base"));

        await page.InvokeAsync(() => page.Find("[data-test=publish]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Equal("1.2.0", portal.Cache.Current.Definitions["ospf"].Value.Latest));
        Assert.Equal(Mine, await portal.Control.ReadLabAsync("ospf", "1.2.0", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Conflict_TheirsTaken_DownloadsMineFirst()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = Open(portal);
        await WriteAsync(portal, page, Mine);
        await portal.PublishAsync("ospf", "1.1.0", LabText.TwoRouters("theirs"));
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=take-theirs]")));

        await page.InvokeAsync(() => page.Find("[data-test=take-theirs]").ClickAsync());

        Assert.Equal(Mine, Assert.Single(portal.Calls("ccm.drafts.download")).Arguments[1]);
        PortalContext.Shows(page, () => Assert.Contains("title: theirs", page.FindComponent<LabEditor>().Instance.Text, StringComparison.Ordinal));
        Assert.Contains("from 1.1.0", page.Find("h1").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conflict_PageIsPaused_ShowsBothSidesAllTheSame()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var pause = new LivePause();
        var page = portal.Open<EditDefinitionPage>("/definitions/ospf/edit", parameters => parameters.Add(p => p.Name, "ospf").AddCascadingValue(pause));
        await WriteAsync(portal, page, Mine);
        await page.InvokeAsync(() => pause.Pause(portal.Cache.Current.Revision));
        await portal.PublishAsync("ospf", "1.1.0", LabText.TwoRouters("theirs"));
        await portal.Cache.ReachedAsync(portal.Store.Revision, TestContext.Current.CancellationToken);

        await page.InvokeAsync(() => page.Find("[data-test=publish]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Contains("1.1.0 was published while you edited 1.0.0", page.Find("[data-test=conflict] h2").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[data-test=refused]"));
    }

    [Fact]
    public async Task Deprecated_MeanwhileByAnother_KeepsTheWork()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = Open(portal);
        await WriteAsync(portal, page, Mine);

        await portal.Control.DeprecateAsync(PortalContext.Admin, Operation.New(), "ospf", TestContext.Current.CancellationToken);

        PortalContext.Shows(page, () => Assert.Contains("takes no new version", page.Find("[data-test=ended]").TextContent, StringComparison.Ordinal));
        Assert.Equal(Mine, page.FindComponent<LabEditor>().Instance.Text);
    }
}
