using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Shared;
using Ccm.Tests.Servers;
using Microsoft.AspNetCore.Components.Web;

namespace Ccm.Tests.Components.Shared;

public sealed class StillTests
{
    private readonly List<bool> _told = [];

    [Fact]
    public async Task PointerAndFocus_EachHolds_UntilBothAreGone()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var still = Open(portal);

        await still.Find(".still").TriggerEventAsync("onpointerenter", new PointerEventArgs());
        await still.Find(".still").TriggerEventAsync("onfocusin", new FocusEventArgs());
        await still.Find(".still").TriggerEventAsync("onpointerleave", new PointerEventArgs());
        Assert.Equal([true], _told);

        await still.Find(".still").TriggerEventAsync("onfocusout", new FocusEventArgs());

        await Eventually.HoldsAsync(() => Task.FromResult(_told.Count == 2), "it lets go");
        Assert.Equal([true, false], _told);
        Assert.Equal(1, still.RenderCount);
    }

    /// <summary>As with the Tab key: what has the focus loses it before the next gets it.</summary>
    [Fact]
    public async Task Focus_MovesOnWithin_GoesOnHolding()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var still = Open(portal);
        await still.Find(".still").TriggerEventAsync("onfocusin", new FocusEventArgs());

        await still.InvokeAsync(async () =>
        {
            // Both come from the browser before anything else has its turn.
            var left = still.Find(".still").TriggerEventAsync("onfocusout", new FocusEventArgs());
            await still.Find(".still").TriggerEventAsync("onfocusin", new FocusEventArgs());
            await left;
        });
        await still.Find(".still").TriggerEventAsync("onpointerenter", new PointerEventArgs());

        Assert.Equal([true], _told);
    }

    private IRenderedComponent<Still> Open(PortalContext portal) =>
        portal.Open<Still>(parameters: parameters => parameters.Add(p => p.OnHold, _told.Add).AddChildContent("<a href=\"#\">here</a>"));
}
