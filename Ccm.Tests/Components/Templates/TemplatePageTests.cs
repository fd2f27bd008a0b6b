using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Templates;
using Ccm.Portal.Components.Shared.Forms;
using Ccm.Portal.Live;
using Ccm.Tests.Domain;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Templates;

public sealed class TemplatePageTests
{
    [Fact]
    public async Task Save_ChangedField_MakesTheNextRevision()
    {
        await using var portal = await StartAsync(Role.Admin);
        var page = Open(portal);

        await page.InvokeAsync(() => page.Find("[name=maxWorkers]").InputAsync("7"));
        await page.InvokeAsync(() => page.Find("[data-test=save]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Contains("revision 2", page.Find("h1").TextContent, StringComparison.Ordinal));
        Assert.Equal(7, (await portal.Control.ReadTemplateAsync("metal", TestContext.Current.CancellationToken)).MaxWorkers);
    }

    [Fact]
    public async Task Save_WrongFields_NamesThemAndKeepsWhatWasTyped()
    {
        await using var portal = await StartAsync(Role.Admin);
        var page = Open(portal);

        await page.InvokeAsync(() => page.Find("[name=memoryGb]").InputAsync("much"));
        await page.InvokeAsync(() => page.Find("[name=portEnd]").InputAsync("1"));
        await page.InvokeAsync(() => page.Find("[name=cpuOvercommit]").InputAsync("65"));
        await page.InvokeAsync(() => page.Find("[data-test=save]").ClickAsync());

        Assert.Equal("much", page.Find("[name=memoryGb]").GetAttribute("value"));
        Assert.Contains("'much' is no whole number", page.Find("[data-field=memoryGb]").TextContent, StringComparison.Ordinal);
        Assert.Contains("Give 1 to 64", page.Find("[data-field=cpuOvercommit]").TextContent, StringComparison.Ordinal);
        Assert.Contains("2000–1 is no range", page.Find("[data-field=portStart]").TextContent, StringComparison.Ordinal);
        Assert.Contains("2000–1 is no range", page.Find("[data-field=portEnd]").TextContent, StringComparison.Ordinal);
        Assert.Contains("4 fields are wrong: Over-commit, Memory, First port, Last port.", page.Find("[data-test=cannot]").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("both", 7, "theirs")]
    [InlineData("mine", 7, "")]
    [InlineData("theirs", 10, "theirs")]
    public async Task Conflict_SavedElsewhere_EachChoiceDoesWhatItSays(string choice, int maxWorkers, string description)
    {
        await using var portal = await StartAsync(Role.Admin);
        var page = Open(portal);
        await page.InvokeAsync(() => page.Find("[name=maxWorkers]").InputAsync("7"));

        await portal.Control.UpdateTemplateAsync(PortalContext.Admin, Operation.New(), Sample.Template() with { Provider = portal.Host.Name, Description = "theirs" }, TestContext.Current.CancellationToken);

        PortalContext.Shows(page, () => Assert.Contains("Revision 2 was saved while you edited revision 1", page.Find("[data-test=conflict]").TextContent, StringComparison.Ordinal));
        Assert.Equal(["description", "maxWorkers"], page.FindAll("[data-test=conflict] tr[data-field]").Select(row => row.GetAttribute("data-field")));
        Assert.True(page.Find("[data-test=save]").HasAttribute("disabled"));
        await page.InvokeAsync(() => page.Find($"[data-test={choice}]").ClickAsync());
        if (choice != "theirs")
            await page.InvokeAsync(() => page.Find("[data-test=save]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Empty(page.FindAll("[data-test=discard]")));
        var saved = await portal.Control.ReadTemplateAsync("metal", TestContext.Current.CancellationToken);
        Assert.Equal((maxWorkers, description, choice == "theirs" ? 2 : 3), (saved.MaxWorkers, saved.Description, saved.Revision));
    }

    [Fact]
    public async Task Conflict_PageIsPaused_ShowsBothSidesAllTheSame()
    {
        await using var portal = await StartAsync(Role.Admin);
        var pause = new LivePause();
        var page = portal.Open<TemplatePage>("/templates/metal", parameters => parameters.Add(p => p.Name, "metal").AddCascadingValue(pause));
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[name=maxWorkers]")));
        await page.InvokeAsync(() => page.Find("[name=maxWorkers]").InputAsync("7"));
        await page.InvokeAsync(() => pause.Pause(portal.Cache.Current.Revision));
        await portal.Control.UpdateTemplateAsync(PortalContext.Admin, Operation.New(), Sample.Template() with { Provider = portal.Host.Name, Description = "theirs" }, TestContext.Current.CancellationToken);
        await portal.Cache.ReachedAsync(portal.Store.Revision, TestContext.Current.CancellationToken);

        await page.InvokeAsync(() => page.Find("[data-test=save]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Contains("Revision 2 was saved while you edited revision 1", page.Find("[data-test=conflict]").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[data-test=refused]"));
    }

    [Fact]
    public async Task Draft_OfIt_ComesBackVisiblyAndGoesWhenSaved()
    {
        await using var portal = await StartAsync(Role.Admin);
        portal.HasDraft("template/metal", Kept(portal, "1", ("maxWorkers", "7"), ("name", "metal"), ("unknown", "x")));

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Contains("Unsaved work of yours is back", page.Find("[data-test=draft-back]").TextContent, StringComparison.Ordinal));
        Assert.Equal("7", page.Find("[name=maxWorkers]").GetAttribute("value"));
        Assert.Empty(page.FindAll("[data-test=conflict]"));
        await page.InvokeAsync(() => page.Find("[data-test=save]").ClickAsync());
        PortalContext.Shows(page, () => Assert.Contains("revision 2", page.Find("h1").TextContent, StringComparison.Ordinal));
        Assert.Equal("ccm-draft:admin:template/metal", Assert.Single(portal.Calls("ccm.drafts.drop")).Arguments[0]);
        Assert.Empty(page.FindAll("[data-test=draft-back]"));
        Assert.Equal("2", page.Find("[data-key]").GetAttribute("data-base"));
    }

    [Fact]
    public async Task Draft_Discarded_LeavesWhatIsSaved()
    {
        await using var portal = await StartAsync(Role.Admin);
        portal.HasDraft("template/metal", Kept(portal, "1", ("maxWorkers", "7")));
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=draft-discard]")));

        await page.InvokeAsync(() => page.Find("[data-test=draft-discard]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Empty(page.FindAll("[data-test=draft-back]")));
        Assert.Equal("10", page.Find("[name=maxWorkers]").GetAttribute("value"));
        Assert.Single(portal.Calls("ccm.drafts.drop"));
    }

    [Fact]
    public async Task Draft_OfAnOlderRevision_ShowsWhatCameSince()
    {
        await using var portal = await StartAsync(Role.Admin);
        await portal.Control.UpdateTemplateAsync(PortalContext.Admin, Operation.New(), Sample.Template() with { Provider = portal.Host.Name, Description = "theirs" }, TestContext.Current.CancellationToken);
        portal.HasDraft("template/metal", Kept(portal, "1", ("maxWorkers", "7")));

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Equal(["description", "maxWorkers"], page.FindAll("[data-test=conflict] tr[data-field]").Select(row => row.GetAttribute("data-field"))));
        await page.InvokeAsync(() => page.Find("[data-test=both]").ClickAsync());
        await page.InvokeAsync(() => page.Find("[data-test=save]").ClickAsync());
        PortalContext.Shows(page, () => Assert.Contains("revision 3", page.Find("h1").TextContent, StringComparison.Ordinal));
        var saved = await portal.Control.ReadTemplateAsync("metal", TestContext.Current.CancellationToken);
        Assert.Equal((7, "theirs"), (saved.MaxWorkers, saved.Description));
    }

    [Fact]
    public async Task Draft_AsItIsSaved_IsNotSpokenOf()
    {
        await using var portal = await StartAsync(Role.Admin);
        portal.HasDraft("template/metal", Kept(portal, "1", ("maxWorkers", "10")));

        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.NotEmpty(portal.Calls("ccm.drafts.begin")));
        Assert.Empty(page.FindAll("[data-test=draft-back], [data-test=discard]"));
    }

    [Fact]
    public async Task Draft_OfANewOne_ComesBackWithItsName()
    {
        await using var portal = await StartAsync(Role.Admin);
        portal.HasDraft("template/", Kept(portal, "", ("name", "fresh"), ("maxWorkers", "many")));

        var page = portal.Open<TemplatePage>("/templates/new");

        PortalContext.Shows(page, () => Assert.Equal("fresh", page.Find("[name=name]").GetAttribute("value")));
        Assert.Equal("many", page.Find("[name=maxWorkers]").GetAttribute("value"));
    }

    [Fact]
    public async Task Worker_OfItAppears_IsNoConflict()
    {
        await using var portal = await StartAsync(Role.Admin);
        var page = Open(portal);
        await page.InvokeAsync(() => page.Find("[name=maxWorkers]").InputAsync("7"));

        await portal.Control.CreateWorkerAsync(PortalContext.Admin, Operation.New(), "metal", "Asked for.", null, null, TestContext.Current.CancellationToken);

        PortalContext.Shows(page, () => Assert.Contains("PENDING", page.Find("[data-test=workers]").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[data-test=conflict]"));
        Assert.Equal("7", page.Find("[name=maxWorkers]").GetAttribute("value"));
        Assert.True(page.Find("[data-test=delete]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task Switch_Enabled_DisablesIt()
    {
        await using var portal = await StartAsync(Role.Admin);
        var page = Open(portal);

        await page.InvokeAsync(() => page.Find("[data-test=switch]").ClickAsync());

        PortalContext.Shows(page, () => Assert.Equal("DISABLED", page.Find("[data-test=enabled]").TextContent));
        Assert.False((await portal.Control.ReadTemplateAsync("metal", TestContext.Current.CancellationToken)).Enabled);
    }

    [Fact]
    public async Task Delete_NameTyped_DeletesIt()
    {
        await using var portal = await StartAsync(Role.Admin);
        var page = Open(portal);

        var deleting = page.Find("[data-test=delete]").ClickAsync();
        portal.Dialogs.WaitForElement("input").Input("metal");
        await portal.Dialogs.Find("[data-test=confirm]").ClickAsync();
        await deleting;

        Assert.EndsWith("/templates", portal.Navigation.Uri, StringComparison.Ordinal);
        Assert.True(portal.Cache.Current.Templates["metal"].Value.Deleted);
    }

    [Fact]
    public async Task Deleted_MeanwhileByAnother_KeepsWhatWasTyped()
    {
        await using var portal = await StartAsync(Role.Admin);
        var page = Open(portal);
        await page.InvokeAsync(() => page.Find("[name=maxWorkers]").InputAsync("7"));

        await portal.Control.DeleteTemplateAsync(PortalContext.Admin, Operation.New(), "metal", TestContext.Current.CancellationToken);

        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=gone]")));
        await page.InvokeAsync(() => page.Find("[data-test=save]").ClickAsync());
        PortalContext.Shows(page, () => Assert.Empty(page.FindAll("[data-test=gone]")));
        Assert.Equal(7, (await portal.Control.ReadTemplateAsync("metal", TestContext.Current.CancellationToken)).MaxWorkers);
    }

    [Fact]
    public async Task New_Named_IsMadeAndShown()
    {
        await using var portal = await StartAsync(Role.Admin);
        var page = portal.Open<TemplatePage>("/templates/new");
        await page.InvokeAsync(() => page.Find("[name=name]").InputAsync("large"));

        await page.InvokeAsync(() => page.Find("[data-test=save]").ClickAsync());

        PortalContext.Shows(page, () => Assert.EndsWith("/templates/large", portal.Navigation.Uri, StringComparison.Ordinal));
        Assert.Equal(16, (await portal.Control.ReadTemplateAsync("large", TestContext.Current.CancellationToken)).CpuCores);
    }

    [Fact]
    public async Task Open_Viewer_ReadsAndCannotChange()
    {
        await using var portal = await StartAsync(Role.Viewer);

        var page = Open(portal);

        Assert.All(page.FindAll("input, select, textarea"), field => Assert.True(field.HasAttribute("disabled")));
        Assert.Empty(page.FindAll("[data-test=save], [data-test=switch], [data-test=delete]"));
    }

    [Fact]
    public async Task Open_Template_SaysWhoSavedItAndLeadsToItsEditsAndDecisions()
    {
        await using var portal = await StartAsync(Role.Viewer);

        var page = Open(portal);

        Assert.StartsWith("Saved ", page.Find("[data-test=saved]").TextContent, StringComparison.Ordinal);
        Assert.Contains(" by admin. Workers keep the revision they were made with.", page.Find("[data-test=saved]").TextContent, StringComparison.Ordinal);
        Assert.Equal("/audit?subject=templates%2Fmetal&type=ccm.worker.template.%2A", page.Find("[data-test=history]").GetAttribute("href"));
        Assert.Equal("/scaling?template=metal", page.Find("[data-test=scaling]").GetAttribute("href"));
    }

    [Fact]
    public async Task Open_NoSuchTemplate_Helps()
    {
        await using var portal = await StartAsync(Role.Viewer);

        var page = portal.Open<TemplatePage>("/templates/none", parameters => parameters.Add(p => p.Name, "none"));

        PortalContext.Shows(page, () => Assert.Contains("There is no worker template none", page.Find("[data-test=no-template]").TextContent, StringComparison.Ordinal));
    }

    private static Draft Kept(PortalContext portal, string revision, params (string Name, string Value)[] fields) =>
        new(revision, portal.Time.GetUtcNow(), fields.ToDictionary(field => field.Name, field => field.Value));

    private static async Task<PortalContext> StartAsync(Role role)
    {
        var portal = await PortalContext.StartAsync(role);
        await portal.AddTemplateAsync(Sample.Template() with { Provider = portal.Host.Name });
        return portal;
    }

    private static IRenderedComponent<TemplatePage> Open(PortalContext portal)
    {
        var page = portal.Open<TemplatePage>("/templates/metal", parameters => parameters.Add(p => p.Name, "metal"));
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[name=maxWorkers]")));
        return page;
    }
}
