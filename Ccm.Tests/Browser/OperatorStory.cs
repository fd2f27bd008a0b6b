using Ccm.Tests.Api;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>
/// An operator's day in a region of its own, whose one host has ports for one lab: a worker is added, a lab that waits is
/// understood, one that runs is stopped, started, extended and assessed, and the worker is drained by its plan.
/// </summary>
public sealed class OperatorStory(PortalInBrowser browser) : BrowserTest(browser)
{
    private const string Name = "one-lab-region";
    private const float Patience = 60_000;

    [Fact]
    public async Task Operator_AddsAWorkerUnderstandsWhatWaitsAndDrainsByThePlan()
    {
        await Browser.AddressAsync();
        var client = Browser.Portal.Client;
        // Dear, so that the fleet grows by it for nobody else; of one port, so that nobody else's lab fits on it.
        await client.PostedAsync("/api/v1/templates", new { name = Name, region = Name, licenseType = "EVALUATION", costPerHour = 999, maxWorkers = 1, startupTimeMinutes = 1, portRange = new { start = 2000, end = 2000 }, capacity = new { cpuCores = 4, memoryGb = 8, storageGb = 100 } });
        await (await client.PublishAsync(Name, "1.0.0", Answers.LabOf(1))).Ok(System.Net.HttpStatusCode.Created);
        var page = await SignInAsync("operator", "/workers", dark: true);

        await page.GetByLabel("Template of the new worker").SelectOptionAsync(Name);
        await page.Locator("[data-test=create-worker]").ClickAsync();
        var card = page.Locator("[data-test=worker]", new() { HasText = Name });
        await Expect(card).ToContainTextAsync("RUNNING", new() { Timeout = Patience });
        var worker = (await card.GetAttributeAsync("data-id"))!;
        var running = await ReserveAsync(client);

        await GoAsync(page, $"/instances/{running}");
        await ExpectStateAsync(page, "RUNNING");
        var waiting = await ReserveAsync(client);
        await GoAsync(page, $"/instances/{waiting}");
        await Expect(page.Locator("[data-test=explain]")).ToContainTextAsync("Why it waits");
        await Expect(page.Locator("[data-test=explain] tr", new() { HasText = worker })).ToContainTextAsync("port");
        await Expect(page.Locator("[data-test=explain] .ccm-would").First).ToBeVisibleAsync();
        // Nobody may stop what has no place, and only an admin may force an end.
        await Expect(page.Locator("[data-test=stop]")).ToHaveCountAsync(0);
        // Left alone it would have the fleet start the worker again, once that is drained.
        await EndAsync(page);

        await GoAsync(page, $"/instances/{running}");
        await Button(page, "Stop").ClickAsync();
        await ExpectStateAsync(page, "STOPPED");
        await Button(page, "Start again").ClickAsync();
        await ExpectStateAsync(page, "RUNNING");
        var end = Slot(await client.ReadAsync($"/api/v1/instances/{running}"));
        await Button(page, "Extend by 30 min").ClickAsync();
        await Expect(page.Locator(".mud-snackbar", new() { HasText = "ends 30 minutes later" })).ToBeVisibleAsync();
        Assert.Equal(end.AddMinutes(30), Slot(await client.ReadAsync($"/api/v1/instances/{running}")));
        await page.Locator("[data-test=collect]").ClickAsync();
        await ExpectStateAsync(page, "COLLECTING");

        await GoAsync(page, $"/workers/{worker}");
        await page.Locator("[data-test=drain]").ClickAsync();
        await Expect(page.Locator("[data-test=drain-free]")).ToContainTextAsync("1 lab goes on until it ends");
        await Expect(page.Locator("[data-test=drain-blocking] tbody tr")).ToContainTextAsync(running);
        await page.Locator("[data-test=drain-confirm]").ClickAsync();
        await Expect(page.Locator("[data-test=draining]")).ToContainTextAsync("It is free by");
        await ExpectStateAsync(page, "DRAINING");
        await Expect(page.Locator("[data-test=force], [data-test=terminate], [data-test=declare-lost]")).ToHaveCountAsync(0);
        await page.Locator("[data-test=cancel-drain]").ClickAsync();
        await ExpectStateAsync(page, "RUNNING");

        await page.Locator("[data-test=drain]").ClickAsync();
        await page.Locator("[data-test=drain-confirm]").ClickAsync();
        await ExpectStateAsync(page, "DRAINING");
        await GoAsync(page, $"/instances/{running}");
        await EndAsync(page);
        await GoAsync(page, $"/workers/{worker}");
        await ExpectStateAsync(page, "STOPPED");
        await Expect(Button(page, "Start")).ToBeVisibleAsync();
    }

    private static async Task<string> ReserveAsync(HttpClient client) =>
        (await client.PostedAsync("/api/v1/instances", new { definitionId = Name, region = Name, durationMinutes = 60 }))["id"]!.GetValue<string>();

    private static async Task EndAsync(IPage page)
    {
        await page.Locator("[data-test=end]").ClickAsync();
        await page.GetByLabel($"Type {Name} to confirm").FillAsync(Name);
        await page.Locator("[data-test=confirm]").ClickAsync();
        await ExpectStateAsync(page, "TERMINATED");
    }

    private static DateTimeOffset Slot(System.Text.Json.Nodes.JsonNode instance) => instance["timeslotEnd"]!.GetValue<DateTimeOffset>();

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static Task ExpectStateAsync(IPage page, string state) => Expect(page.Locator(".ccm-head [data-test=state]")).ToHaveTextAsync(state, new() { Timeout = Patience });
}
