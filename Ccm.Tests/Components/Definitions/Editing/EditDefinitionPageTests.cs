using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Definitions.Editing;
using Ccm.Portal.Components.Shared.Forms;
using static Ccm.Tests.Components.Definitions.Editing.EditedLab;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Definitions.Editing;

public sealed class EditDefinitionPageTests
{
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
        // The lab is read: the first reading of unsaved work would keep it, too.
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=nothing-changed]")));
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
}
