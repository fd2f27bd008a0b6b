using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>
/// Whoever chose the theme, the account page or a click: it is there in the very first picture of the next page. That the system's own
/// choice is, on every page, <see cref="PagesByRoleTests"/> sees.
/// </summary>
public sealed class ThemeTests(PortalInBrowser browser) : BrowserTest(browser)
{
    [Fact]
    public async Task ChosenTheme_OutlivesTheSystems()
    {
        var page = await SignInAsync("user", "/overview", dark: false);
        await WatchThemeAsync(page);
        await page.GotoAsync("/account");
        await ExpectThemeAsync(page, dark: false);
        await page.GetByLabel("Dark").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Saved.");
        await ExpectThemeAsync(page, dark: true);

        await GoAsync(page, "/instances");
        await ExpectThemeAsync(page, dark: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "Use the light theme" }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await GoAsync(page, "/instances");
        await ExpectThemeAsync(page, dark: false);
        await page.GotoAsync("/account");
        await ExpectThemeAsync(page, dark: false);
    }
}
