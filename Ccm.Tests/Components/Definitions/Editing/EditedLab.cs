using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Definitions.Editing;

namespace Ccm.Tests.Components.Definitions.Editing;

/// <summary>The lab ospf, published once, in the editor of an admin.</summary>
internal static class EditedLab
{
    public static readonly string First = LabText.TwoRouters("first").ReplaceLineEndings("\n");
    public static readonly string Mine = First.Replace("label: R2", "label: MINE", StringComparison.Ordinal);

    public static async Task<PortalContext> StartAsync()
    {
        var portal = await PortalContext.StartAsync(Role.Admin);
        await portal.PublishAsync("ospf", yaml: First);
        return portal;
    }

    public static IRenderedComponent<EditDefinitionPage> Open(PortalContext portal) =>
        portal.Open<EditDefinitionPage>("/definitions/ospf/edit", parameters => parameters.Add(p => p.Name, "ospf"));

    /// <summary>Typed, and read by the page a moment later.</summary>
    public static async Task WriteAsync(PortalContext portal, IRenderedComponent<EditDefinitionPage> page, string text)
    {
        PortalContext.Shows(page, () => Assert.NotEmpty(page.FindAll("[data-test=remarks] .sum")));
        await EditorInBrowser.WriteAsync(page, text);
        portal.ShowsInTime(page, () => Assert.NotEmpty(page.FindAll("[data-test=start-over]")));
    }
}
