using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.SystemStatus;
using TestContext = Xunit.TestContext;

namespace Ccm.Tests.Components.SystemStatus;

public sealed class PartsHealthTests
{
    [Fact]
    public async Task Open_PartsAnswer_AndOneThatFailsIsSeen()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var parts = portal.Open<PartsHealth>("/system");
        Assert.Contains("They are being asked", parts.Markup, StringComparison.Ordinal);

        await portal.Parts.StartAsync(TestContext.Current.CancellationToken);

        portal.ShowsInTime(parts, () => Assert.Contains("sqlite: It answers.", parts.Find("[data-test=parts]").TextContent, StringComparison.Ordinal));
        portal.ShowsInTime(parts, () => Assert.Contains("memory: It answers.", parts.Find("[data-test=parts]").TextContent, StringComparison.Ordinal));
        portal.ShowsInTime(parts, () => Assert.Contains("embedded: Demo users.", parts.Find("[data-test=parts]").TextContent, StringComparison.Ordinal));

        portal.TakeDocumentsAway();

        portal.ShowsInTime(parts, () => Assert.DoesNotContain("sqlite: It answers.", parts.Find("[data-test=parts]").TextContent, StringComparison.Ordinal));
    }
}
