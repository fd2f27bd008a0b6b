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
        // Its answer takes the place of the rows that are there: a row of before would go from under the click.
        await Expect(page.Locator("[data-test=kind-templates]")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator("[data-test=trail]")).ToHaveAttributeAsync("aria-busy", "false");
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

    /// <summary>A busy hour: the feed does not move under who reads it, and the long trail scrolls to its first event with few of them in the page.</summary>
    [Fact]
    public async Task Viewer_ManyEvents_AreReadInPeace()
    {
        const int Edits = 150;
        var page = await SignInAsync("viewer", "/overview");
        var first = page.Locator("[data-test=feed] li").First;
        // By the keyboard: under a pointer that rests the whole feed moves away when others' labs give the page above it more to show.
        await page.Locator("[data-test=feed] ol").FocusAsync();
        await EditTemplateAsync("edited-once");
        await Expect(page.Locator("[data-test=feed-waits]")).ToContainTextAsync("while you are here");
        var shown = await first.InnerTextAsync();
        await EditTemplateAsync("edited-often", Edits);
        await Expect(page.Locator("[data-test=feed-waits]")).ToHaveTextAsync("30 events wait while you are here");
        Assert.Equal(shown, await first.InnerTextAsync());
        await page.Locator("h1").FocusAsync();
        await Expect(page.Locator("[data-test=feed-waits]")).ToHaveTextAsync("");

        await GoAsync(page, "/audit?subject=templates/edited-often");
        await Expect(page.GetByText("100 shown")).ToBeVisibleAsync();
        await page.Locator("[data-test=event] .toggle button").Nth(1).ClickAsync();
        await page.Locator("[data-test=field-diff]").WaitForAsync();
        // More is read on the way, so that the end moves away once.
        await page.WaitForFunctionAsync("""
            () => {
                const trail = document.querySelector("[data-test=trail]");
                trail.scrollTop = trail.scrollHeight;
                return [...trail.querySelectorAll("[data-test=event]")].at(-1)?.innerText.includes("Template created");
            }
            """, null, new() { PollingInterval = 100 });

        Assert.InRange(await page.Locator("[data-test=event]").CountAsync(), 20, Edits - 1);
        await Expect(page.Locator("[data-test=end]")).ToHaveTextAsync($"{Edits + 1} events, and none before.");
    }

    [Fact]
    public async Task Viewer_SeesTheTrailAndNeitherExportsNorVerifies()
    {
        var page = await SignInAsync("viewer", "/audit");

        await Expect(page.Locator("[data-test=event]").First).ToBeVisibleAsync();
        await Expect(page.Locator("[data-test=verify], [data-test=export-csv]")).ToHaveCountAsync(0);
        Assert.Equal(403, (await page.APIRequest.GetAsync("/export/audit?format=csv")).Status);
    }

    private async Task EditTemplateAsync(string name, int edits = 1)
    {
        var client = Browser.Portal.Client;
        var template = await client.PostedAsync("/api/v1/templates", new { name, licenseType = "ENTERPRISE", maxNodes = 300, enabled = false, capacity = new { cpuCores = 4, memoryGb = 64, storageGb = 100 } });
        for (var n = 0; n < edits; n++)
        {
            template["maxWorkers"] = 3 + n;
            template = await (await client.PutAsJsonAsync($"/api/v1/templates/{name}", template, TestContext.Current.CancellationToken)).Ok();
        }
        await Eventually.HoldsAsync(async () => (await client.ReadAsync($"/api/v1/audit?subject=templates/{name}&limit=1000"))["items"]!.AsArray().Count == 1 + edits, "the edits stand in the trail");
    }
}
