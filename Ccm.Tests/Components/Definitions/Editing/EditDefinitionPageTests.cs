using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Definitions.Editing;
using Ccm.Portal.Components.Shared.Forms;
using Ccm.Portal.Live;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Definitions.Editing;

public sealed class EditDefinitionPageTests
{
    private static readonly string First = LabText.TwoRouters("first").ReplaceLineEndings("\n");
    private static readonly string Mine = First.Replace("label: R2", "label: MINE", StringComparison.Ordinal);

    [Fact]
    public async Task Publish_ChangedLab_MakesTheNextVersionAndForgetsTheDraft()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = Open(portal);
        await WriteAsync(portal, page, Mine);
        PortalContext.Shows(page, () => Assert.Contains("label: MINE", page.Find("[data-test=changes] td.added").TextContent, StringComparison.Ordinal));
        await page.InvokeAsync(() => page.Find("[name=maxDurationMinutes]").InputAsync("30"));
        await page.InvokeAsync(() => page.Find("[name=changeNote]").InputAsync("renamed"));
        Assert.Equal("30", page.Find("[data-field=maxDurationMinutes] .new").TextContent.Trim());

        await page.InvokeAsync(() => page.Find("[data-test=publish]").ClickAsync());

        PortalContext.Shows(page, () => Assert.EndsWith("/definitions/ospf", portal.Navigation.Uri, StringComparison.Ordinal));
        var published = await portal.Control.ReadDefinitionAsync("ospf", "1.1.0", TestContext.Current.CancellationToken);
        Assert.Equal((30, "renamed"), (published.MaxDurationMinutes, published.ChangeNote));
        Assert.Equal(Mine, await portal.Control.ReadLabAsync("ospf", "1.1.0", TestContext.Current.CancellationToken));
        Assert.NotEmpty(portal.Calls("ccm.drafts.drop"));
    }

    [Fact]
    public async Task Publish_OnlyASettingChanged_ShowsItAndMakesTheNextVersion()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=nothing-changed]")));

        await page.InvokeAsync(() => page.Find("[name=maxDurationMinutes]").InputAsync("30"));

        PortalContext.Shows(page, () => Assert.Equal("30", page.Find("[data-test=changes] [data-field=maxDurationMinutes] .new").TextContent.Trim()));
        Assert.Empty(page.FindAll("[data-test=nothing-changed], [data-test=same]"));
        PortalContext.Shows(page, () => Assert.Equal("The lab files are the same.", page.Find("[data-test=changes] [data-test=no-difference]").TextContent));
        await page.InvokeAsync(() => page.Find("[data-test=publish]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Equal("1.1.0", portal.Cache.Current.Definitions["ospf"].Value.Latest));
        Assert.Equal(30, (await portal.Control.ReadDefinitionAsync("ospf", "1.1.0", TestContext.Current.CancellationToken)).MaxDurationMinutes);
    }

    [Fact]
    public async Task Publish_TextStillOnItsWay_PublishesWhatIsShown()
    {
        await using var portal = await StartAsync();
        var browser = new EditorInBrowser(portal);
        var page = Open(portal);
        await WriteAsync(portal, page, Mine + "# half");
        browser.Show(page, Mine);

        await page.InvokeAsync(() => page.Find("[data-test=publish]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Equal("1.1.0", portal.Cache.Current.Definitions["ospf"].Value.Latest));
        Assert.Equal(Mine, await portal.Control.ReadLabAsync("ospf", "1.1.0", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Publish_ShownTextIsBroken_PublishesNothingAndGoesOn()
    {
        await using var portal = await StartAsync();
        var browser = new EditorInBrowser(portal);
        var page = Open(portal);
        await WriteAsync(portal, page, Mine);
        browser.Show(page, "lab: [");

        await page.InvokeAsync(() => page.Find("[data-test=publish]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Contains("cannot be published as it stands", page.Find("[data-test=cannot]").TextContent, StringComparison.Ordinal));
        Assert.Single(browser.Calls("release"));
        Assert.Single(portal.Cache.Current.Definitions["ospf"].Value.Versions);
    }

    [Fact]
    public async Task Download_TextStillOnItsWay_GivesWhatIsShown()
    {
        await using var portal = await StartAsync();
        var browser = new EditorInBrowser(portal);
        var page = Open(portal);
        // What is made of the lab comes last; then nothing is painted any more.
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=nothing-changed]")));
        browser.Show(page, Mine);

        await page.InvokeAsync(() => page.Find("[data-test=download]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Equal(Mine, Assert.Single(portal.Calls("ccm.drafts.download")).Arguments[1]));
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
    public async Task Fields_Wrong_AreToldBesideThemAndKept()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[name=maxDurationMinutes]")));

        await page.InvokeAsync(() => page.Find("[name=maxDurationMinutes]").InputAsync("forever"));
        await page.InvokeAsync(() => page.Find("[name=cmlVersionRange]").InputAsync("new ones"));
        await page.InvokeAsync(() => page.Find("[data-test=publish]").ClickAsync());

        Assert.Equal("forever", page.Find("[name=maxDurationMinutes]").GetAttribute("value"));
        Assert.Contains("'forever' is no whole number", page.Find("[data-field=maxDurationMinutes]").TextContent, StringComparison.Ordinal);
        Assert.Equal("true", page.Find("[name=cmlVersionRange]").GetAttribute("aria-invalid"));
        Assert.Contains("2 fields are wrong", page.Find("[data-test=cannot]").TextContent, StringComparison.Ordinal);
        Assert.Single(portal.Cache.Current.Definitions["ospf"].Value.Versions);
    }

    [Fact]
    public async Task Publish_BrokenLab_NamesTheLineAndPublishesNothing()
    {
        await using var portal = await StartAsync();
        var browser = new EditorInBrowser(portal);
        var page = Open(portal);

        await WriteAsync(portal, page, Mine.Replace("n2: n1", "n2: n7", StringComparison.Ordinal));
        PortalContext.Shows(page, () => Assert.Contains("node 'n7', which does not exist", page.Find("[data-test=remarks]").TextContent, StringComparison.Ordinal));
        await page.InvokeAsync(() => page.Find("[data-test=publish]").ClickAsync());

        Assert.Contains("cannot be published as it stands", page.Find("[data-test=cannot]").TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(browser.Calls("mark"));
        Assert.Single(portal.Cache.Current.Definitions["ospf"].Value.Versions);
    }

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
    public async Task Draft_OfAnOlderVersion_IsOfferedAndShowsWhatCameSince()
    {
        await using var portal = await StartAsync();
        await portal.PublishAsync("ospf", "1.1.0", LabText.TwoRouters("theirs"));
        _ = new EditorInBrowser(portal);
        portal.HasDraft("definition/ospf", new Draft("1.0.0", portal.Time.GetUtcNow(), new() { ["labYaml"] = Mine, ["changeNote"] = "half a thought", ["unknown"] = "x" }));
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.Contains("made from version 1.0.0; the newest is 1.1.0", page.Find("[data-test=offer]").TextContent, StringComparison.Ordinal));

        await page.InvokeAsync(() => page.Find("[data-test=resume]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Equal(Mine, page.FindComponent<LabEditor>().Instance.Text));
        Assert.Equal("half a thought", page.Find("[name=changeNote]").GetAttribute("value"));
        Assert.NotEmpty(page.FindAll("[data-test=conflict]"));
    }

    /// <summary>No field is typed into, so that the browser would hear nothing of it.</summary>
    [Fact]
    public async Task Version_ChosenByItsButton_IsKeptInTheBrowser()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.NotEmpty(portal.Calls("ccm.drafts.begin")));
        Assert.Empty(portal.Calls("ccm.drafts.keep"));

        await page.InvokeAsync(() => page.Find("[data-test=next-major]").ClickAsync());

        Assert.Equal("2.0.0", page.Find("[name=version]").GetAttribute("value"));
        Assert.Single(portal.Calls("ccm.drafts.keep"));
    }

    [Fact]
    public async Task Leave_Unsaved_AsksFirst()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = Open(portal);
        await WriteAsync(portal, page, Mine);
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=start-over]")));
        var before = portal.Navigation.Uri;

        portal.Navigation.NavigateTo("/instances");

        portal.Dialogs.WaitForElement(".mud-message-box");
        Assert.Equal(before, portal.Navigation.Uri);
        Assert.NotEmpty(portal.Calls("ccm.drafts.keep"));
    }

    [Theory]
    [InlineData(Role.Operator)]
    [InlineData(Role.User)]
    public async Task Open_MayNotEdit_SaysSoAndStillGivesTheDraft(Role role)
    {
        await using var portal = await PortalContext.StartAsync(role);
        await portal.PublishAsync("ospf", yaml: First);
        _ = new EditorInBrowser(portal);
        portal.HasDraft("definition/ospf", new Draft("1.0.0", portal.Time.GetUtcNow(), new() { ["labYaml"] = Mine }));
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.Contains("edited by admins", page.Find("[data-test=away]").TextContent, StringComparison.Ordinal));

        await page.InvokeAsync(() => page.Find("[data-test=download-draft]").ClickAsync());

        Assert.Equal(Mine, Assert.Single(portal.Calls("ccm.drafts.download")).Arguments[1]);
        Assert.Empty(page.FindAll("[data-test=editor]"));
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

    [Theory]
    [InlineData("nothing", "There is no definition nothing")]
    public async Task Open_NoSuchDefinition_Helps(string name, string told)
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);

        var page = portal.Open<EditDefinitionPage>($"/definitions/{name}/edit", parameters => parameters.Add(p => p.Name, name));

        PortalContext.Shows(page, () => Assert.Contains(told, page.Find("[data-test=away]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task New_NameOfAnother_OffersToMakeItsNextVersion()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = portal.Open<EditDefinitionPage>("/definitions/new");
        PortalContext.Shows(page, () => Assert.Equal("new-lab", page.Find("[name=name]").GetAttribute("value")));

        await page.InvokeAsync(() => page.Find("[name=name]").InputAsync("ospf"));

        Assert.Contains("There is such a definition already", page.Find("[data-test=exists]").TextContent, StringComparison.Ordinal);
        await page.InvokeAsync(() => page.Find("[data-test=publish]").ClickAsync());
        PortalContext.Shows(page, () => Assert.Contains("yours was made from none", page.Find("[data-test=refused]").TextContent, StringComparison.Ordinal));
        Assert.Single(portal.Cache.Current.Definitions["ospf"].Value.Versions);
    }

    [Fact]
    public async Task New_MadeTheNextVersionOfAnother_TakesAlongWhatWasTyped()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = portal.Open<EditDefinitionPage>("/definitions/new");
        PortalContext.Shows(page, () => Assert.Equal("new-lab", page.Find("[name=name]").GetAttribute("value")));
        await page.InvokeAsync(() => page.Find("[name=changeNote]").InputAsync("by another way"));
        await page.InvokeAsync(() => page.Find("[name=name]").InputAsync("ospf"));

        await page.InvokeAsync(() => page.Find("[data-test=exists] button").ClickAsync());
        PortalContext.Shows(page, () => Assert.EndsWith("/definitions/ospf/edit", portal.Navigation.Uri, StringComparison.Ordinal));
        page = Open(portal);

        PortalContext.Shows(page, () => Assert.Equal("by another way", page.Find("[name=changeNote]").GetAttribute("value")));
        Assert.Equal("1.1.0", page.Find("[name=version]").GetAttribute("value"));
    }

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

    private static async Task<PortalContext> StartAsync()
    {
        var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PublishAsync("ospf", yaml: First);
        return portal;
    }

    private static IRenderedComponent<EditDefinitionPage> Open(PortalContext portal) =>
        portal.Open<EditDefinitionPage>("/definitions/ospf/edit", parameters => parameters.Add(p => p.Name, "ospf"));

    /// <summary>Typed, and read by the page a moment later.</summary>
    private static async Task WriteAsync(PortalContext portal, IRenderedComponent<EditDefinitionPage> page, string text)
    {
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=remarks] .sum")));
        await EditorInBrowser.WriteAsync(page, text);
        portal.ShowsInTime(page, () => Assert.NotEmpty(page.FindAll("[data-test=start-over]")));
    }
}
