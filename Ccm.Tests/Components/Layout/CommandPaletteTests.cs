using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Layout;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Layout;

public sealed class CommandPaletteTests
{
    [Fact]
    public async Task Keys_TypeArrowsEnter_GoToTheChosenHit()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        for (var n = 1; n <= 3; n++)
            await portal.PutAsync(Sample.Worker($"w-{n}"));
        var palette = Open(portal);
        var text = palette.Find("[role=combobox]");

        await text.InputAsync("w-");
        Assert.Equal("ccm-hit-0", palette.Find("[role=combobox]").GetAttribute("aria-activedescendant"));
        await text.KeyDownAsync("ArrowDown");
        await text.KeyDownAsync("ArrowUp");
        await text.KeyDownAsync("ArrowUp");

        Assert.Equal("w-3", palette.Find("[role=option][aria-selected=true] .title").TextContent);
        Assert.Equal(palette.Find("[role=option][aria-selected=true]").Id, palette.Find("[role=combobox]").GetAttribute("aria-activedescendant"));

        await text.KeyDownAsync("Enter");

        Assert.EndsWith("/workers/w-3", portal.Navigation.Uri, StringComparison.Ordinal);
        Assert.Contains(portal.Script.Invocations, call => call.Identifier == "ccm.closePalette");
    }

    /// <summary>An answer that is late would write over what was typed since.</summary>
    [Fact]
    public async Task Type_Anything_LeavesTheBoxToTheBrowser()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var palette = Open(portal);

        await palette.Find("[role=combobox]").InputAsync("overview");

        Assert.Equal("Overview", palette.Find("[role=option] .title").TextContent);
        Assert.False(palette.Find("[role=combobox]").HasAttribute("value"));
    }

    [Fact]
    public async Task Type_NothingMatches_SaysSoAndEnterDoesNothing()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var palette = Open(portal);
        var before = portal.Navigation.Uri;

        await palette.Find("[role=combobox]").InputAsync("no such thing");
        await palette.Find("[role=combobox]").KeyDownAsync("Enter");

        Assert.Equal("Nothing matches.", palette.Find("[role=status]").TextContent);
        Assert.False(palette.Find("[role=combobox]").HasAttribute("aria-activedescendant"));
        Assert.Equal(before, portal.Navigation.Uri);
    }

    [Fact]
    public async Task Action_Taken_PressesItsButtonInTheBrowser()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var palette = Open(portal);

        await palette.Find("[role=combobox]").InputAsync("theme");
        await palette.Find("[role=option]").ClickAsync();

        var pressed = Assert.Single(portal.Script.Invocations, call => call.Identifier == "ccm.press");
        Assert.Equal("t", pressed.Arguments[0]);
    }

    [Fact]
    public async Task Action_Reserve_OpensTheDialog()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        var palette = Open(portal);

        await palette.Find("[role=combobox]").InputAsync("reserve");
        // Not awaited: the palette goes on when the dialog is closed.
        _ = palette.Find("[role=combobox]").KeyDownAsync("Enter");

        PortalContext.Shows(portal.Dialogs, () => Assert.NotEmpty(portal.Dialogs.FindAll("[data-test=reserve-definition]")));
    }

    private static IRenderedComponent<CommandPalette> Open(PortalContext portal) =>
        portal.Open<CommandPalette>("/overview", parameters => parameters.Add(palette => palette.Actor, portal.Actor));
}
