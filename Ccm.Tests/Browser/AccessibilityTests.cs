using System.Net.Http.Json;
using System.Text.Json;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>No page, light or dark, has a fault that axe knows of.</summary>
public sealed class AccessibilityTests(PortalInBrowser browser) : BrowserTest(browser)
{
    private static readonly AxeRunOptions Rules = new() { RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryPage_HasNoViolation(bool dark)
    {
        var page = await SignInAsync("admin", "/instances", dark);
        var id = await ReserveAsync();
        await GoAsync(page, $"/instances/{id}");
        await Expect(page.Locator(".ccm-head [data-test=state]")).ToHaveTextAsync("RUNNING", new() { Timeout = 60_000 });
        var worker = (await Browser.Portal.GetAsync($"/api/v1/instances/{id}")).GetProperty("workerId").GetString();
        var found = new List<string>();
        foreach (var path in new[] { "/overview", $"/instances/{id}", "/instances", "/workers", "/workers?view=table", $"/workers/{worker}", "/definitions", "/definitions/demo-vlan-basics", "/definitions/demo-vlan-basics/edit", "/definitions/new", "/templates", "/templates/new", "/system", "/reservations?lab=demo-vlan-basics", "/reservations?view=table", "/scaling", "/audit", "/audit?text=nothing-matches", "/instances/i-none", "/nothing-here" })
        {
            await GoAsync(page, path);
            await Expect(page).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex("CCM"));
            if (path.EndsWith("/edit", StringComparison.Ordinal))
                await page.Locator(".monaco-editor .view-line").First.WaitForAsync();
            found.AddRange(await ViolationsAsync(page, path));
        }
        await GoAsync(page, "/audit?subject=instances/*&range=24h");
        await page.Locator("[data-test=event] .toggle button").First.ClickAsync();
        await page.Locator("[data-test=field-diff]").WaitForAsync();
        await page.Locator("[data-test=verify]").ClickAsync();
        await Expect(page.Locator("[data-test=verified]")).ToContainTextAsync("Whole:");
        found.AddRange(await ViolationsAsync(page, "an opened event"));
        await GoAsync(page, "/overview");
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("demo");
        await Expect(page.Locator("[data-test=hit]").First).ToContainTextAsync("demo");
        found.AddRange(await ViolationsAsync(page, "the palette"));
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("?");
        await page.Locator("[data-test=shortcuts]").WaitForAsync();
        found.AddRange(await ViolationsAsync(page, "the shortcuts"));
        await page.GotoAsync("/account");
        found.AddRange(await ViolationsAsync(page, "/account"));
        await GoAsync(page, "/instances");
        await page.Locator("[data-test=reserve]").ClickAsync();
        await page.Locator("[data-test=reserve-confirm]").WaitForAsync();
        found.AddRange(await ViolationsAsync(page, "the reserve dialog"));
        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Fact]
    public async Task SignInPage_HasNoViolation()
    {
        var page = await SignInAsync("viewer", "/instances");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/account/sign-in", StringComparison.Ordinal));
        Assert.Empty(await ViolationsAsync(page, "sign-in"));
    }

    private async Task<string> ReserveAsync()
    {
        using var answer = await Browser.Portal.Client.PostAsJsonAsync("/api/v1/instances", new { definitionId = "demo-vlan-basics", durationMinutes = 60 });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    private static async Task<IEnumerable<string>> ViolationsAsync(IPage page, string where) =>
        (await page.RunAxe(Rules)).Violations.Select(violation => $"{where}: {violation.Id} ({violation.Help}) at {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html))}");
}
