using Bunit;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Audit;
using static Ccm.Tests.Components.Audit.WrittenTrail;

namespace Ccm.Tests.Components.Audit;

public sealed class VerifyPanelTests
{
    [Fact]
    public async Task Verify_WholeThenDamaged_SaysWhichEventAndWhatToDo()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await WriteAsync(portal, 6);
        var page = portal.Open<AuditPage>("/audit");

        await page.Find("[data-test=verify]").ClickAsync();
        PortalContext.Shows(page, () => Assert.Contains("Whole: 6 events, 1 to 6, from", page.Find("[data-test=verified]").TextContent, StringComparison.Ordinal));

        using (var connection = portal.Database.Connect())
        using (var command = SqliteDocuments.Command(connection, "UPDATE audit_events SET actor = 'x' WHERE sequence = 4"))
            command.ExecuteNonQuery();
        await page.Find("[data-test=verify]").ClickAsync();

        PortalContext.Shows(page, () => Assert.Contains("Broken at event 4. Event 4 was changed", page.Find("[data-test=verified]").TextContent, StringComparison.Ordinal));
        Assert.Contains("restore event 4", page.Find("[data-test=verified]").TextContent, StringComparison.Ordinal);
        Assert.Equal("/audit?event=4", page.Find("[data-test=verified] a").GetAttribute("href"));
    }

    [Fact]
    public async Task Verify_BeginningGoneTooEarly_IsNotTakenForForgotten()
    {
        await using var portal = await PortalContext.StartAsync(Role.Admin);
        await WriteAsync(portal, 6);
        using (var connection = portal.Database.Connect())
        using (var command = SqliteDocuments.Command(connection, "DELETE FROM audit_events WHERE sequence < 4"))
            command.ExecuteNonQuery();
        var page = portal.Open<AuditPage>("/audit");

        await page.Find("[data-test=verify]").ClickAsync();

        PortalContext.Shows(page, () => Assert.Contains("The 3 events before are gone, though the oldest left is only", page.Find("[data-test=verified]").TextContent, StringComparison.Ordinal));
    }
}
