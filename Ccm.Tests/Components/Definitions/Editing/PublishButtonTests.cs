using Bunit;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Definitions.Editing;
using static Ccm.Tests.Components.Definitions.Editing.EditedLab;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.Definitions.Editing;

/// <summary>The button says beside it why nothing can be published; what was typed a moment ago it cannot know, so it looks again when pressed.</summary>
public sealed class PublishButtonTests
{
    private const string Same = "Lab and settings are the same as in 1.0.0: change one of them, and it can be published.";

    [Fact]
    public async Task Publish_NothingChanged_IsDisabledWithTheReason()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = Open(portal);

        PortalContext.Shows(page, () => Assert.Equal(Same, Reason(page)));
        Assert.Equal("true", Button(page).GetAttribute("aria-disabled"));
        Assert.Contains(Same, page.Find($"#{Button(page).GetAttribute("aria-describedby")}").TextContent, StringComparison.Ordinal);
        await PressAsync(page);

        Assert.Equal((Same, "alert"), (Reason(page), page.Find("[data-test=cannot]").GetAttribute("role")));
        Assert.Single(portal.Cache.Current.Definitions["ospf"].Value.Versions);
    }

    [Fact]
    public async Task Publish_OnlyNumberAndNoteChanged_StaysDisabled()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.Equal(Same, Reason(page)));

        await page.InvokeAsync(() => page.Find("[name=changeNote]").InputAsync("Not yet."));
        await page.InvokeAsync(() => page.Find("[name=version]").InputAsync("1.0.0"));
        await PressAsync(page);

        Assert.Equal(Same, Reason(page));
        Assert.Equal("Not yet.", page.Find("[name=changeNote]").GetAttribute("value"));
        Assert.Empty(portal.Calls("ccm.drafts.drop"));
    }

    [Fact]
    public async Task Publish_FieldWrongAndMended_SaysWhichAndThenNothing()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.Equal(Same, Reason(page)));

        await page.InvokeAsync(() => page.Find("[name=maxDurationMinutes]").InputAsync("forever"));
        Assert.Equal(("1 field is wrong: Longest slot.", "true"), (Reason(page), Button(page).GetAttribute("aria-disabled")));

        await page.InvokeAsync(() => page.Find("[name=maxDurationMinutes]").InputAsync("30"));
        PortalContext.Shows(page, () => Assert.False(Button(page).HasAttribute("aria-disabled")));
        Assert.Null(Reason(page));
    }

    [Fact]
    public async Task New_NameTakenAway_SaysThatItIsMissing()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = portal.Open<EditDefinitionPage>("/definitions/new");
        PortalContext.Shows(page, () => Assert.Equal("new-lab", page.Find("[name=name]").GetAttribute("value")));
        PortalContext.Shows(page, () => Assert.False(Button(page).HasAttribute("aria-disabled")));

        await page.InvokeAsync(() => page.Find("[name=name]").InputAsync(""));

        Assert.Equal(("1 field is wrong: Name.", "true"), (Reason(page), Button(page).GetAttribute("aria-disabled")));
    }

    [Fact]
    public async Task Publish_ChangeStillOnItsWay_IsPublishedAllTheSame()
    {
        await using var portal = await StartAsync();
        var browser = new EditorInBrowser(portal);
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.Equal("true", Button(page).GetAttribute("aria-disabled")));
        browser.Show(page, Mine);

        await PressAsync(page);

        PortalContext.Shows(page, () => Assert.Equal("1.1.0", portal.Cache.Current.Definitions["ospf"].Value.Latest));
        Assert.Equal(Mine, await portal.Control.ReadLabAsync("ospf", "1.1.0", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Publish_ConflictOrEnded_IsDisabledWithTheReason()
    {
        await using var portal = await StartAsync();
        _ = new EditorInBrowser(portal);
        var page = Open(portal);
        PortalContext.Shows(page, () => Assert.Equal(Same, Reason(page)));

        await portal.PublishAsync("ospf", "1.1.0", LabText.TwoRouters("theirs"));
        PortalContext.Shows(page, () => Assert.Contains("go on from 1.1.0", page.Find("[data-test=held-up]").TextContent, StringComparison.Ordinal));
        Assert.True(Button(page).HasAttribute("disabled"));

        await portal.Control.DeprecateAsync(PortalContext.Admin, Operation.New(), "ospf", TestContext.Current.CancellationToken);
        PortalContext.Shows(page, () => Assert.Equal("ospf takes no new version: see above how to go on.", page.Find("[data-test=held-up]").TextContent));
        Assert.True(Button(page).HasAttribute("disabled"));
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<EditDefinitionPage> page) => page.Find("[data-test=publish]");

    private static string? Reason(IRenderedComponent<EditDefinitionPage> page) => page.FindAll("[data-test=cannot]").SingleOrDefault()?.TextContent;

    private static Task PressAsync(IRenderedComponent<EditDefinitionPage> page) => page.InvokeAsync(() => Button(page).ClickAsync());
}
