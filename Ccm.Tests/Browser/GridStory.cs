using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>A table as an operator works with it, in rows of an owner of its own: found, sorted, chosen from, acted on, downloaded.</summary>
public sealed class GridStory(PortalInBrowser browser) : BrowserTest(browser)
{
    private const int Rows = 24;
    private readonly string _owner = $"grid-{Guid.NewGuid():N}";

    [Fact]
    public async Task Operator_FindsActsOnAndDownloadsRows_AndTheAddressSaysItAll()
    {
        var page = await SignInAsync("operator", "/instances");
        // Slots far ahead, one after the other, so that nothing of them is placed; the first has its full length already.
        for (var n = 0; n < Rows; n++)
            await ReserveAsync(n, n == 0 ? 240 : 30);

        await page.GetByRole(AriaRole.Searchbox).Or(page.GetByRole(AriaRole.Textbox, new() { Name = "Find in Instances" })).First.FillAsync(_owner[..20]);
        await Expect(page.Locator("[data-test=count]")).ToContainTextAsync($"{Rows} shown of");
        await page.Locator("th").GetByRole(AriaRole.Button, new() { Name = "Slot" }).ClickAsync();
        await Expect(page.Locator("th", new() { HasText = "Slot" })).ToHaveAttributeAsync("aria-sort", "ascending");
        await page.Locator("[data-test=columns]").ClickAsync();
        await page.Locator("[data-test=columns-panel]").GetByLabel("Minutes").CheckAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("[data-test=columns-panel]")).ToHaveCountAsync(0);

        await page.Locator("[data-test=select-all]").ClickAsync();
        await Expect(page.Locator("[data-test=selected]")).ToHaveTextAsync($"{Rows} selected");
        await page.Locator("[data-test=bulk-extend-30-min]").ClickAsync();
        await page.Locator("[data-test=bulk-confirm]").ClickAsync();
        await Expect(page.Locator("[data-test=bulk-progress]")).ToHaveTextAsync($"{Rows} of {Rows} done, 1 refused.", new() { Timeout = 60_000 });
        await Expect(page.Locator("[data-test=bulk-row].refused")).ToContainTextAsync("full length already");
        await page.Locator("[data-test=bulk-close]").ClickAsync();
        await Expect(page.Locator("[data-test=selected]")).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-test=row] [data-column=minutes]").Nth(1)).ToHaveTextAsync("60");

        // The same address, and the same person's columns, show the same again.
        await page.ReloadAsync();
        await page.Locator("main[data-interactive=true] h1").First.WaitForAsync();
        await Expect(page.Locator("[data-test=count]")).ToContainTextAsync($"{Rows} shown of");
        await Expect(page.Locator("[data-test=row] [data-column=minutes]").First).ToHaveTextAsync("240");
        var ids = await page.Locator("[data-test=row] [data-column=instance] a").AllTextContentsAsync();

        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator("[data-test=csv]").ClickAsync());
        var lines = (await File.ReadAllTextAsync(await download.PathAsync())).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("Instance,State,Lab,Owner,Worker,Slot,Minutes,Since", lines[0]);
        Assert.Equal(ids, lines[1..].Select(line => line.Split(',')[0]));
        Assert.Equal(Rows, ids.Count);

        // A box says what is selected: a range that ends on a selected row leaves it so.
        var boxes = page.Locator("[data-test=row] .ccm-pick input");
        await boxes.Nth(0).ClickAsync();
        await boxes.Nth(2).ClickAsync();
        await Expect(page.Locator("[data-test=selected]")).ToHaveTextAsync("2 selected");
        await boxes.Nth(0).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(page.Locator("[data-test=selected]")).ToHaveTextAsync("3 selected");
        await Expect(boxes.Nth(0)).ToBeCheckedAsync();
        await boxes.Nth(1).ClickAsync();
        await Expect(page.Locator("[data-test=selected]")).ToHaveTextAsync("2 selected");
        await Expect(boxes.Nth(1)).Not.ToBeCheckedAsync();
        await page.ReloadAsync();
        await page.Locator("main[data-interactive=true] h1").First.WaitForAsync();
        await Expect(page.Locator("[data-test=selected]")).ToHaveTextAsync("2 selected");
        await page.Locator("[data-test=select-none]").ClickAsync();
        await Expect(boxes.Nth(0)).Not.ToBeCheckedAsync();

        await page.Locator("[data-test=select-all]").ClickAsync();
        await page.Locator("[data-test=bulk-end]").ClickAsync();
        await page.Locator("[data-test=bulk-word]").FillAsync($"{Rows}");
        await page.Locator("[data-test=bulk-confirm]").ClickAsync();
        await Expect(page.Locator("[data-test=bulk-progress]")).ToHaveTextAsync($"{Rows} of {Rows} done.", new() { Timeout = 60_000 });
    }

    /// <summary>A download holds what its caller may see, whatever its address asks for, and nothing without a session.</summary>
    [Fact]
    public async Task Export_EachCaller_GetsWhatThePageWouldShow()
    {
        var page = await SignInAsync("user", "/instances");
        var id = await ReserveAsync(30, 30);

        using (var stranger = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Browser.Portal.Address })
            Assert.Equal(System.Net.HttpStatusCode.Redirect, (await stranger.GetAsync("/export/instances.json")).StatusCode);
        var own = await page.APIRequest.GetAsync($"{Browser.Portal.Address}export/instances.json?owner={_owner}");
        Assert.Equal("application/json; charset=utf-8", own.Headers["content-type"]);
        Assert.DoesNotContain(id, await own.TextAsync(), StringComparison.Ordinal);
        foreach (var table in new[] { "workers", "templates", "scaling" })
            Assert.Equal("[]", await (await page.APIRequest.GetAsync($"{Browser.Portal.Address}export/{table}.json")).TextAsync());

        var viewer = await SignInAsync("viewer", "/workers");
        var rows = await (await viewer.APIRequest.GetAsync($"{Browser.Portal.Address}export/instances.json?owner={_owner}&cols=instance,minutes&sort=nonsense")).JsonAsync();
        var row = Assert.Single(rows!.Value.EnumerateArray());
        Assert.Equal(id, row.GetProperty("instance").GetString());
        Assert.Equal(30, row.GetProperty("minutes").GetInt32());
        Assert.Equal(2, row.EnumerateObject().Count());
        foreach (var table in new[] { "definitions", "templates", "reservations", "scaling" })
            Assert.Equal("text/csv; charset=utf-8", (await viewer.APIRequest.GetAsync($"{Browser.Portal.Address}export/{table}.csv")).Headers["content-type"]);
        (await Browser.Portal.Client.DeleteAsync($"/api/v1/instances/{id}")).EnsureSuccessStatusCode();
    }

    private async Task<string> ReserveAsync(int n, int minutes)
    {
        using var answer = await Browser.Portal.Client.PostAsJsonAsync("/api/v1/instances",
            new { definitionId = "demo-vlan-basics", durationMinutes = minutes, ownerId = _owner, timeslotStart = TimeProvider.System.GetUtcNow().AddDays(100).AddHours(6 * n) });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }
}
