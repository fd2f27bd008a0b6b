using System.Text.RegularExpressions;
using Ccm.Tests.Api;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>Looking for a time that is free, and how the fleet follows what is booked.</summary>
public sealed class ReservationsStory(PortalInBrowser browser) : BrowserTest(browser)
{
    private const string TooLarge = "lab:\n  title: too large\n  version: 0.3.0\nnodes:\n  - id: n0\n    label: R0\n    node_definition: iosv\n    ram: 9000000\n    interfaces:\n      - id: i0\nlinks: []\n";

    [Fact]
    public async Task User_MovesTheTimeFindsAFreeSlotAndReservesIt()
    {
        var page = await SignInAsync("user", "/reservations");
        await page.Locator("[data-test=timeline]").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await page.WaitForURLAsync(url => url.Contains("from=", StringComparison.Ordinal));
        await page.Keyboard.PressAsync("Home");
        await page.WaitForURLAsync(url => !url.Contains("from=", StringComparison.Ordinal));

        await page.Locator("[data-test=free-lab]").SelectOptionAsync("demo-static-routes");
        await page.Locator("[data-test=free-minutes]").FillAsync("45");
        await page.Locator("[data-test=free-ask]").ClickAsync();
        var free = page.Locator("[data-test=free-slot]").Last;
        var time = (await free.TextContentAsync())!;
        await free.ClickAsync();
        await Expect(page.Locator("[data-test=reserve-definition]")).ToHaveValueAsync("demo-static-routes");
        await Expect(page.Locator("[data-test=reserve-minutes]")).ToHaveValueAsync("45");
        await page.Locator("[data-test=reserve-confirm]").ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/instances/i-", StringComparison.Ordinal));

        var id = page.Url[(page.Url.LastIndexOf('/') + 1)..];
        await GoAsync(page, "/reservations");
        var bar = page.Locator($"[data-test=bar][href='/instances/{id}']");
        await Expect(bar).ToHaveAttributeAsync("title", new Regex(Regex.Escape(time)));
        await bar.ClickAsync();
        await page.WaitForURLAsync(url => url.EndsWith($"/instances/{id}", StringComparison.Ordinal));
        using var ended = await Browser.Portal.Client.DeleteAsync($"/api/v1/instances/{id}");
    }

    [Fact]
    public async Task LabThatNoWorkerCouldHold_ItsRefusalAppearsWithItsReason()
    {
        var page = await SignInAsync("viewer", "/scaling");
        using var published = await Browser.Portal.Client.PublishAsync("too-large", "1.0.0", TooLarge);
        var id = (await Browser.Portal.Client.PostedAsync("/api/v1/instances", new { definitionId = "too-large", durationMinutes = 30 }))["id"]!.GetValue<string>();

        var row = page.Locator("[data-test=decision]").Filter(new() { HasText = id });
        await Expect(row).ToContainTextAsync("No enabled template makes a worker large enough", new() { Timeout = 60_000 });
        await Expect(row).ToContainTextAsync("Does not grow");
        await Expect(page.Locator("[data-test=waiting]")).ToContainTextAsync(id);
        using var ended = await Browser.Portal.Client.DeleteAsync($"/api/v1/instances/{id}");
        await Expect(page.Locator("[data-test=waiting]").Filter(new() { HasText = id })).ToHaveCountAsync(0, new() { Timeout = 60_000 });
    }
}
