using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>What stands around every page, as keys and a second person meet it.</summary>
public sealed class FrameTests(PortalInBrowser browser) : BrowserTest(browser)
{
    private const float Patience = 30_000;
    private static readonly LocatorAssertionsToHaveCountOptions Patient = new() { Timeout = Patience };
    private static readonly LocatorAssertionsToContainTextOptions PatientForText = new() { Timeout = Patience };

    [Fact]
    public async Task Keys_PaletteAndShortcuts_LeadEverywhereWithoutAMouse()
    {
        var page = await SignInAsync("admin", "/overview");
        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.GetByRole(AriaRole.Combobox)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("vlan");
        await Expect(page.GetByRole(AriaRole.Option).First).ToContainTextAsync("demo-vlan-basics", PatientForText);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => url.EndsWith("/definitions/demo-vlan-basics", StringComparison.Ordinal));
        await Expect(page.Locator("[data-test=palette]")).ToBeHiddenAsync();

        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("i");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Instances");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("gw?");
        await Expect(page.Locator(".ccm-search input")).ToHaveValueAsync("gw?");
        await Expect(page.Locator("[data-test=shortcuts]")).ToBeHiddenAsync();
        await page.Locator("h1").ClickAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(page.Locator("[data-test=shortcuts]")).ToContainTextAsync("Workers");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("t");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");

        await page.Keyboard.PressAsync("?");
        await page.GetByLabel("Single keys work in this browser").UncheckAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("t");
        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.GetByRole(AriaRole.Combobox)).ToHaveValueAsync("");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    /// <summary>Somebody quick, or far away: in a field before the server has the heading focused, which then keeps away.</summary>
    [Fact]
    public async Task Focus_InAFieldAsSoonAsThePageLives_StaysThere()
    {
        var page = await SignInAsync("admin", "/overview");
        await page.AddInitScriptAsync("""
            new MutationObserver((_, observer) => {
                const field = document.querySelector("main[data-interactive=true] .ccm-search input");
                if (!field) return;
                observer.disconnect();
                field.focus();
            }).observe(document, { subtree: true, childList: true, attributes: true });
            """);

        await GoAsync(page, "/instances");
        await page.Keyboard.TypeAsync("zebra");

        await page.WaitForURLAsync(url => url.EndsWith("q=zebra", StringComparison.Ordinal));
        // Nobody is anywhere yet on a page that was come to by a link: it begins at its heading.
        await page.GetByRole(AriaRole.Link, new() { Name = "Workers", Exact = true }).ClickAsync();
        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("Workers");
        // What stands above each page, as a link in a banner, keeps the focus; whoever follows it begins at the heading all the same.
        await page.EvaluateAsync("() => { const link = document.createElement('button'); document.querySelector('main').prepend(link); link.focus(); }");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("i");
        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("Instances");
    }

    [Fact]
    public async Task Pause_RowsStandStillAndSayHowManyWait_ResumeShowsThem()
    {
        var page = await SignInAsync("admin", "/instances?sort=since");
        await page.Locator("[data-test=pause]").ClickAsync();
        await Expect(page.Locator("[data-test=pulse]")).ToContainTextAsync("paused at revision", PatientForText);

        using var answer = await Browser.Portal.Client.PostAsJsonAsync("/api/v1/instances", new { definitionId = "demo-vlan-basics", durationMinutes = 60 });
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;

        await Expect(page.Locator("[data-test=pulse]")).ToContainTextAsync(new Regex("[1-9][0-9]* changes? waits?"), PatientForText);
        await Expect(page.Locator($"tr[data-id={id}]")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("p");
        await Expect(page.Locator($"tr[data-id={id}]")).ToHaveCountAsync(1, Patient);
        await Expect(page.Locator("[data-test=pulse]")).ToContainTextAsync("as of revision", PatientForText);
    }

    [Fact]
    public async Task Notice_AdminPosts_AnotherPersonSeesItAtOnceInTheirChosenZone()
    {
        var user = await SignInAsync("user", "/overview");
        await user.GotoAsync("/account");
        await user.GetByLabel("Time zone", new() { Exact = true }).SelectOptionAsync("Asia/Tokyo");
        await user.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await user.GetByRole(AriaRole.Link, new() { Name = "Back to the portal" }).ClickAsync();
        await user.Locator("main[data-interactive=true] h1").WaitForAsync();
        await Expect(user.Locator(".ccm-zone")).ToContainTextAsync("Asia/Tokyo");

        var admin = await SignInAsync("admin", "/system");
        await admin.Locator("[data-test=notice-text]").FillAsync("Maintenance this evening.");
        await admin.Locator("[data-test=notice-post]").ClickAsync();

        await Expect(user.Locator("[data-test=notice]")).ToContainTextAsync("Maintenance this evening.", PatientForText);
        await admin.Locator("[data-test=notice-withdraw]").ClickAsync();
        await Expect(user.Locator("[data-test=notice]")).ToHaveCountAsync(0, Patient);
    }
}
