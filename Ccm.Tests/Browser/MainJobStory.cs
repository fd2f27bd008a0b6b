using System.Globalization;
using Ccm.Tests.Labs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>The main job as a person does it: import, reserve, watch it run, end it, and find everything given back.</summary>
public sealed class MainJobStory(PortalInBrowser browser) : BrowserTest(browser)
{
    private static readonly LocatorAssertionsToHaveTextOptions Patient = new() { Timeout = 60_000 };

    [Fact]
    public async Task Admin_ImportsReservesAndEndsALab_EverythingComesBack()
    {
        var page = await SignInAsync("admin", "/definitions");
        await ChooseAsync(page, new FilePayload { Name = "story.yaml", MimeType = "application/yaml", Buffer = System.Text.Encoding.UTF8.GetBytes(Fixture("story of an admin")) });
        await Expect(page.Locator("[data-test=derived]")).ToContainTextAsync("3, 2 of them licensed; 2 links");
        await Expect(page.Locator("[data-test=lab-name]")).ToHaveValueAsync("story-of-an-admin");
        await page.Locator("[data-test=publish]").ClickAsync();
        await page.Locator("tr[data-id=story-of-an-admin]").GetByRole(AriaRole.Button, new() { Name = "Reserve" }).ClickAsync();
        await page.Locator("[data-test=reserve-confirm]").ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/instances/i-", StringComparison.Ordinal));

        // From here on nothing is reloaded: the page itself follows the state.
        await Expect(State(page)).ToHaveTextAsync("RUNNING", Patient);
        await Expect(page.Locator("[data-test=path] li.past")).ToContainTextAsync(["PENDING", "SCHEDULED", "INSTANTIATING"]);
        await Expect(page.Locator("[data-test=ports] tbody tr")).ToHaveCountAsync(2);
        await Expect(page.Locator("[data-test=explain]")).ToContainTextAsync("Packs tightest");
        await Expect(page.Locator("[data-test=events]")).ToContainTextAsync("Instance running");
        var instance = page.Url;
        var worker = (await page.Locator(".ccm-facts a[href^='/workers/']").TextContentAsync())!;

        await GoAsync(page, $"/workers/{worker}");
        await Expect(page.Locator("[data-test=portmap]")).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("^Port map: [1-9]"));
        await GoAsync(page, instance);
        await page.Locator("[data-test=stop]").ClickAsync();
        await Expect(State(page)).ToHaveTextAsync("STOPPED", Patient);
        await Expect(page.Locator("[data-test=ports] tbody tr")).ToHaveCountAsync(2);
        await page.Locator("[data-test=end]").ClickAsync();
        await Expect(page.Locator("[data-test=confirm]")).ToBeDisabledAsync();
        await page.GetByLabel("Type story-of-an-admin to confirm").FillAsync("story-of-an-admin");
        await page.Locator("[data-test=confirm]").ClickAsync();
        await Expect(State(page)).ToHaveTextAsync("TERMINATED", Patient);
        await Expect(page.Locator("[data-test=no-ports]")).ToContainTextAsync("All were given back");

        var taken = await Browser.Portal.GetAsync($"/api/v1/workers/{worker}/ports");
        Assert.DoesNotContain(taken.GetProperty("allocated").EnumerateArray(), port => instance.EndsWith(port.GetProperty("instanceId").GetString()!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task User_ReservesADemoLabAndEndsIt_AndSeesNothingOfOthers()
    {
        var page = await SignInAsync("user", "/definitions");
        await Expect(page.Locator("[data-test=lab-file]")).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Workers" })).ToHaveCountAsync(0);
        await page.Locator("tr[data-id=demo-ospf-triangle]").GetByRole(AriaRole.Button, new() { Name = "Reserve" }).ClickAsync();
        // The browser tells a chosen time with seconds; one that was not understood would fall back to the default, unseen.
        await page.Locator("[data-test=reserve-later]").CheckAsync();
        await page.Locator("[data-test=reserve-start]").FillAsync("2099-01-01T10:00");
        await page.Locator("[data-test=reserve-confirm]").ClickAsync();
        await Expect(page.Locator("[data-test=problem]")).ToContainTextAsync("365 days away");
        await page.GetByRole(AriaRole.Radio, new() { Name = "As soon as possible" }).CheckAsync();
        await page.Locator("[data-test=reserve-minutes]").FillAsync("100000");
        await page.Locator("[data-test=reserve-confirm]").ClickAsync();
        await Expect(page.Locator("[data-test=problem]")).ToContainTextAsync("Ask for 1 to 240 minutes");
        await page.Locator("[data-test=reserve-minutes]").FillAsync("30");
        await page.Locator("[data-test=reserve-confirm]").ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/instances/i-", StringComparison.Ordinal));
        await Expect(State(page)).ToHaveTextAsync("RUNNING", Patient);
        var id = page.Url[(page.Url.LastIndexOf('/') + 1)..];

        await GoAsync(page, "/instances");
        await Expect(page.Locator($"tr[data-id={id}]")).ToContainTextAsync("demo-ospf-triangle");
        foreach (var owner in await page.Locator("[data-test=row] [data-column=owner]").AllTextContentsAsync())
            Assert.Equal("user", owner);
        await GoAsync(page, "/workers");
        await Expect(page.Locator("main")).ToContainTextAsync("Your role does not show workers");

        var viewer = await SignInAsync("viewer", $"/instances/{id}");
        await Expect(viewer.Locator(".ccm-readonly")).ToHaveTextAsync("read only");
        await Expect(viewer.Locator("[data-test=end]")).ToHaveCountAsync(0);

        await GoAsync(page, $"/instances/{id}");
        await page.Locator("[data-test=end]").ClickAsync();
        await page.GetByLabel("Type demo-ospf-triangle to confirm").FillAsync("demo-ospf-triangle");
        await page.Locator("[data-test=confirm]").ClickAsync();
        await Expect(State(viewer)).ToHaveTextAsync("TERMINATED", Patient);
    }

    [Fact]
    public async Task PublicLab_Dropped_ShowsWhatIsReadFromIt()
    {
        var name = PublicLabs.Names().Select(row => row.Data).First(file => file.Contains("sandbox", StringComparison.Ordinal) || file.Length == 0);
        var yaml = PublicLabs.Read(name);
        var page = await SignInAsync("admin", "/definitions", dark: true);
        await ChooseAsync(page, new FilePayload { Name = name, MimeType = "application/yaml", Buffer = System.Text.Encoding.UTF8.GetBytes(yaml) });
        await Expect(page.Locator("[data-test=derived]")).ToContainTextAsync("14, 12 of them licensed; 32 links");
        await ChooseAsync(page, new FilePayload { Name = "broken.yaml", MimeType = "application/yaml", Buffer = "lab: [unclosed"u8.ToArray() });
        await Expect(page.Locator("[data-test=problem]")).ToContainTextAsync("not valid YAML");
        await Expect(page.Locator("[data-test=publish]")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task SignOut_EndsTheSession()
    {
        var page = await SignInAsync("operator", "/system");
        await Expect(page.Locator("[data-test=leaders] tbody tr")).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/account/sign-in", StringComparison.Ordinal));
        await page.GotoAsync("/instances");
        Assert.Contains("/account/sign-in", page.Url, StringComparison.Ordinal);
    }

    /// <summary>Playwright does not wait for an input to be enabled before it fills it, as a person must.</summary>
    private static async Task ChooseAsync(IPage page, FilePayload file)
    {
        await Expect(page.Locator("[data-test=lab-file]")).ToBeEnabledAsync();
        await page.Locator("[data-test=lab-file]").SetInputFilesAsync(file);
    }

    private static ILocator State(IPage page) => page.Locator(".ccm-head [data-test=state]");

    private static string Fixture(string title) => string.Create(CultureInfo.InvariantCulture, $$"""
        lab:
          title: {{title}}
          version: 0.3.0
        nodes:
          - {id: n0, label: left, node_definition: iosv, x: 0, y: 0, tags: ['serial:5000'], interfaces: [{id: i0, label: g0}, {id: i1, label: g1}]}
          - {id: n1, label: right, node_definition: iosv, x: 100, y: 0, tags: ['serial:5001'], interfaces: [{id: i0, label: g0}]}
          - {id: n2, label: out, node_definition: external_connector, x: 50, y: 80, tags: [], interfaces: [{id: i0, label: port}]}
        links:
          - {id: l0, n1: n0, i1: i0, n2: n1, i2: i0}
          - {id: l1, n1: n0, i1: i1, n2: n2, i2: i0}
        """);
}
