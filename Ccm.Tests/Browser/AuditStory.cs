using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Ccm.Tests.Api;
using Ccm.Tests.Servers;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>Who changed a template and how, whether the trail can be trusted, and a copy of it to take along.</summary>
public sealed class AuditStory(PortalInBrowser browser) : BrowserTest(browser)
{
    [Fact]
    public async Task Admin_FindsWhoChangedATemplateAndHow_VerifiesAndExports()
    {
        var page = await SignInAsync("admin", "/instances");
        await EditTemplateAsync("audited");

        // Three clicks from anywhere.
        await page.GetByRole(AriaRole.Link, new() { Name = "Audit", Exact = true }).ClickAsync();
        await page.Locator("[data-test=kind-templates]").ClickAsync();
        var edit = page.Locator("[data-test=event]", new() { HasText = "Template updated" }).Filter(new() { HasText = "audited" });
        await edit.GetByRole(AriaRole.Button, new() { NameRegex = new("^Details of event") }).ClickAsync();

        await Expect(edit.Locator(".who")).ToContainTextAsync("ccm-demo");
        await Expect(edit.Locator(".who")).ToContainTextAsync("admin");
        await Expect(page.Locator("[data-field=maxWorkers] td")).ToHaveTextAsync(["10", "3"]);
        Assert.Contains("subject=templates", page.Url, StringComparison.Ordinal);
        // The address says all of it.
        await GoAsync(page, page.Url);
        await Expect(page.Locator("[data-field=maxWorkers] td")).ToHaveTextAsync(["10", "3"]);

        await page.Locator("[data-test=verify]").ClickAsync();
        await Expect(page.Locator("[data-test=verified]")).ToContainTextAsync("Whole:");

        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator("[data-test=export-csv]").ClickAsync());
        var text = await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Assert.StartsWith("sequence,time,type", text, StringComparison.Ordinal);
        Assert.Contains("Max workers: 10 → 3", text, StringComparison.Ordinal);
        Assert.DoesNotContain("instances/", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Viewer_SeesTheTrailAndNeitherExportsNorVerifies()
    {
        var page = await SignInAsync("viewer", "/audit");

        await Expect(page.Locator("[data-test=event]").First).ToBeVisibleAsync();
        await Expect(page.Locator("[data-test=verify], [data-test=export-csv]")).ToHaveCountAsync(0);
        Assert.Equal(403, (await page.APIRequest.GetAsync("/export/audit?format=csv")).Status);
    }

    private async Task EditTemplateAsync(string name)
    {
        var client = Browser.Portal.Client;
        var template = await client.PostedAsync("/api/v1/templates", new { name, licenseType = "ENTERPRISE", maxNodes = 300, enabled = false, capacity = new { cpuCores = 4, memoryGb = 64, storageGb = 100 } });
        template["maxWorkers"] = 3;
        (await client.PutAsJsonAsync($"/api/v1/templates/{name}", template, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await Eventually.HoldsAsync(async () => (await client.ReadAsync($"/api/v1/audit?subject=templates/{name}"))["items"]!.AsArray().Count == 2, "the edit stands in the trail");
    }
}
