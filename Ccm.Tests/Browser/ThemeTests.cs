using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>The theme is right in the very first picture of a page, at every visit, whoever chose it: the system, a click or the account page.</summary>
public sealed class ThemeTests(PortalInBrowser browser) : BrowserTest(browser)
{
    /// <summary>Notes, before each picture that a document with a body paints, which theme it is in.</summary>
    private const string Watch = """
        window.pictures = [];
        const note = () => {
            if (document.body) {
                const painted = [document.body, document.documentElement].map(element => getComputedStyle(element).backgroundColor).find(colour => !colour.endsWith(", 0)")) ?? "none";
                window.pictures.push(`${document.documentElement.dataset.theme} ${painted}`);
            }
            requestAnimationFrame(note);
        };
        requestAnimationFrame(note);
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EveryPicture_FromTheFirst_IsInTheThemeOfTheViewer(bool dark)
    {
        var page = await SignInAsync("viewer", "/overview", dark);
        await page.Context.AddInitScriptAsync(Watch);
        foreach (var path in new[] { "/overview", "/instances", "/workers", "/definitions", "/templates", "/reservations", "/scaling", "/audit", "/system" })
        {
            await GoAsync(page, path);
            var pictures = await page.EvaluateAsync<string[]>("() => [...new Set(window.pictures)]");
            Assert.Equal([dark ? "dark rgb(15, 21, 23)" : "light rgb(244, 246, 247)"], pictures);
        }
    }

    /// <summary>Against the system's own: what was chosen on the account page, and then by a click, is there in the first picture of the next page.</summary>
    [Fact]
    public async Task ChosenTheme_OutlivesTheSystems()
    {
        var page = await SignInAsync("user", "/overview", dark: false);
        await page.GotoAsync("/account");
        await page.GetByLabel("Dark").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Saved.");
        await ExpectThemeAsync(page, dark: true);
        await page.Context.AddInitScriptAsync(Watch);

        await GoAsync(page, "/instances");
        Assert.Equal(["dark rgb(15, 21, 23)"], await page.EvaluateAsync<string[]>("() => [...new Set(window.pictures)]"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Use the light theme" }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await GoAsync(page, "/instances");
        Assert.Equal(["light rgb(244, 246, 247)"], await page.EvaluateAsync<string[]>("() => [...new Set(window.pictures)]"));
        await page.GotoAsync("/account");
        await ExpectThemeAsync(page, dark: false);
    }
}
