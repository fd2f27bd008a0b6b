using AngleSharp.Dom;
using Bunit;
using Ccm.Portal.Components.Pages.Instances;

namespace Ccm.Tests.Components.Instances;

/// <summary>The dialog that reserves a lab, opened from the page as people do: it stands outside the page and its error boundary.</summary>
internal sealed class OpenDialog(PortalContext portal, Task closed) : IAsyncDisposable
{
    public Task Closed => closed;

    public string Text => portal.Dialogs.Find(".mud-dialog").TextContent;

    /// <param name="lab">The one that is chosen; null: none yet.</param>
    public static async Task<OpenDialog> OpenAsync(PortalContext portal, string? lab = "ospf")
    {
        var page = portal.Open<InstancesPage>("/instances");
        var closed = page.Find("[data-test=reserve]").ClickAsync();
        await portal.Dialogs.WaitForElementAsync("[data-test=reserve-confirm]");
        if (lab is not null)
            await portal.Dialogs.Find("[data-test=reserve-definition]").ChangeAsync(lab);
        return new OpenDialog(portal, closed);
    }

    public IElement Find(string selector) => portal.Dialogs.Find(selector);

    public IReadOnlyList<IElement> FindAll(string selector) => portal.Dialogs.FindAll(selector);

    public IElement Confirm() => Find("[data-test=reserve-confirm]");

    public string Missing() => Find("[data-test=reserve-missing]").TextContent;

    public string Problem() => portal.Dialogs.WaitForElement("[data-test=problem]").TextContent;

    /// <summary>A page waits for its dialog: closed, nothing is left waiting.</summary>
    public async ValueTask DisposeAsync()
    {
        if (portal.Dialogs.FindAll(".mud-dialog button").FirstOrDefault(button => button.TextContent.Trim() == "Not now") is { } cancel)
            await cancel.ClickAsync();
        await closed;
    }
}
