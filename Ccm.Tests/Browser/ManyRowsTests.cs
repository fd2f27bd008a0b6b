using System.Text.RegularExpressions;
using Ccm.Tests.Api;
using Ccm.Tests.Servers;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>
/// The pages as they are worked with when there is much of everything: a thousand reservations and a hundred workers. Each test changes
/// objects of its own only. Rows in the document are counted everywhere: it must hold a window of them, not all.
/// </summary>
public sealed class ManyRowsTests(PortalInBrowser browser, ManyRowsPortal many) : BrowserTest(browser), IClassFixture<ManyRowsPortal>
{
    private const int MostInDocument = 250;
    private const float Patience = 60_000;

    [Fact]
    public async Task Instances_FollowScrollSortFilterAndSelection()
    {
        var (page, portal) = await OpenAsync("admin", "/instances?sort=slot&order=asc", dark: true);
        var last = await many.ReserveAsync("of-the-grid");
        var rows = page.Locator("[data-test=row]");
        await Expect(page.Locator("[data-test=count]")).ToHaveTextAsync(new Regex(@"^1,00\d shown of 1,00\d\.$"));
        await Expect(rows.First).ToContainTextAsync(ManyRowsPortal.Owner(0));
        await ExpectWindowAsync(rows);

        await page.Locator(".ccm-grid").EvaluateAsync("grid => grid.scrollTop = grid.scrollHeight");
        await Expect(page.Locator($"tr[data-id={last}] [data-test=state]")).ToHaveTextAsync("PENDING");
        await Expect(page.Locator("[data-test=row]", new() { HasText = ManyRowsPortal.Owner(0) })).ToHaveCountAsync(0);
        await ExpectWindowAsync(rows);
        // What happens shows in the row where it stands, and the rows stand still.
        var top = await page.Locator(".ccm-grid").EvaluateAsync<double>("grid => grid.scrollTop");
        (await portal.Client.DeleteAsync($"/api/v1/instances/{last}", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await Expect(page.Locator($"tr[data-id={last}] [data-test=state]")).ToHaveTextAsync("TERMINATED");
        Assert.Equal(top, await page.Locator(".ccm-grid").EvaluateAsync<double>("grid => grid.scrollTop"));

        await page.Locator("th").GetByRole(AriaRole.Button, new() { Name = "Slot" }).ClickAsync();
        await page.Locator(".ccm-grid").EvaluateAsync("grid => grid.scrollTop = 0");
        await Expect(rows.First).ToHaveAttributeAsync("data-id", last);
        await page.GetByLabel("Find in Instances").FillAsync(ManyRowsPortal.Lab(3));
        await Expect(page.Locator("[data-test=count]")).ToHaveTextAsync(new Regex(@"^250 shown of 1,00\d\.$"));
        await Expect(rows.First).ToContainTextAsync(ManyRowsPortal.Owner(999));
        await ExpectWindowAsync(rows);

        await GoAsync(page, "/instances?q=student-");
        await page.Locator("[data-test=select-all]").ClickAsync();
        await Expect(page.Locator("[data-test=selected]")).ToHaveTextAsync("1,000 selected");
        await page.Locator("[data-test=bulk-extend-30-min]").ClickAsync();
        await Expect(page.Locator("[data-test=bulk-confirm]")).ToHaveTextAsync("Extend 1,000 by 30 min");
        await ExpectWindowAsync(page.Locator("[data-test=bulk-row]"));
        await page.Locator("[data-test=bulk-confirm]").ClickAsync();
        await page.Locator(".mud-dialog [data-test=bulk-stop]").ClickAsync();
        await Expect(page.Locator("[data-test=bulk-progress]")).ToHaveTextAsync(new Regex(@"^\d+ of 1,000 done(, \d+ refused)?, stopped before the rest\.$"));
        await page.Locator("[data-test=bulk-close]").ClickAsync();
        await Expect(page.Locator("[data-test=selected]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Workers_AsCardsAndAsATable_FollowTheFleet()
    {
        var (page, portal) = await OpenAsync("operator", "/workers?state=RUNNING", dark: false);
        await Expect(page.Locator("[data-test=count]")).ToHaveTextAsync(new Regex($"^{ManyRowsPortal.Workers} shown"), new() { Timeout = Patience });
        await ExpectWindowAsync(page.Locator("[data-test=worker]"), most: ManyRowsPortal.Workers - 1);
        await page.Locator("[data-test=cards]").EvaluateAsync("cards => cards.scrollTop = cards.scrollHeight");
        await Expect(page.Locator("[data-test=worker]").Last).ToBeVisibleAsync();

        await page.Locator("[data-test=as-table]").ClickAsync();
        await Expect(page.Locator("[data-test=row]").First).ToContainTextAsync("crowd");
        var own = (await portal.Client.PostedAsync("/api/v1/workers", new { template = "crowd" }))["id"]!.GetValue<string>();
        await page.GetByLabel("Find in Workers").FillAsync(own);
        await Expect(page.Locator($"tr[data-id={own}]")).ToContainTextAsync("RUNNING", new() { Timeout = Patience });
        await GoAsync(page, $"/workers?view=table&q={own}");
        (await portal.Client.SendJsonAsync($"/api/v1/workers/{own}/drain", "{}")).EnsureSuccessStatusCode();
        await Expect(page.Locator($"tr[data-id={own}] [data-test=state]")).ToHaveTextAsync(new Regex("DRAINING|STOPP"));
        await Expect(page.Locator($"tr[data-id={own}] [data-test=state]")).ToHaveTextAsync("STOPPED", new() { Timeout = Patience });
    }

    [Fact]
    public async Task Reservations_ADayOfThem_AreDrawnAndTold()
    {
        var (page, portal) = await OpenAsync("operator", "/reservations?rows=lab", dark: true);
        var bars = page.Locator("[data-test=bar]");
        await Expect(page.Locator("[data-test=shown]")).ToHaveTextAsync(new Regex(@"^1,00\d bookings in this time\."));
        await Expect(page.Locator("[data-test=line] [href='/definitions/crowd-1']")).ToBeVisibleAsync();
        Assert.True(await bars.CountAsync() > ManyRowsPortal.Labs, "There are bars.");
        await ExpectWindowAsync(page.Locator("[data-test=line]"));

        var before = await page.Locator("[data-test=shown]").TextContentAsync();
        var own = await many.ReserveAsync("of-the-chart");
        await Expect(page.Locator("[data-test=shown]")).Not.ToHaveTextAsync(before!);
        // Close enough to tell one from the next, around the test's own.
        await GoAsync(page, $"/reservations?rows=lab&hours=6&from={many.First.AddMinutes(ManyRowsPortal.Reservations + 30):yyyy-MM-ddTHH:mm:ssZ}");
        await Expect(page.Locator($"[data-test=bar][href='/instances/{own}']")).ToHaveAttributeAsync("title", new Regex("of-the-chart"));

        await GoAsync(page, "/reservations?view=table");
        await Expect(page.Locator("[data-test=count]")).ToHaveTextAsync(new Regex(@"^1,00\d shown of 1,00\d\.$"));
        await ExpectWindowAsync(page.Locator("[data-test=row]"));
        await Expect(page.Locator("[data-test=demand-table] tbody tr").First).ToBeVisibleAsync();
        (await portal.Client.DeleteAsync($"/api/v1/instances/{own}", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await Expect(page.Locator("[data-test=row]", new() { HasText = "of-the-chart" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Overview_CountsThem_AndEachNumberLeadsToItsRows()
    {
        var (page, portal) = await OpenAsync("viewer", "/overview", dark: false);
        var waiting = page.Locator("[data-test=instances] a[href='/instances?state=PENDING']");
        await Expect(waiting.Locator("b")).ToHaveTextAsync(new Regex(@"^1,00\d$"));
        var before = await waiting.TextContentAsync();
        var own = await many.ReserveAsync("of-the-overview");
        await Expect(waiting).Not.ToHaveTextAsync(before!);
        await Expect(page.Locator("[data-test=feed]")).ToContainTextAsync(own);
        await Expect(page.Locator("[data-test=capacity]")).ToContainTextAsync("free");
        await waiting.ClickAsync();
        await Expect(page.Locator("[data-test=count]")).ToHaveTextAsync(new Regex(@"^1,00\d shown of 1,00\d\.$"));
        (await portal.Client.DeleteAsync($"/api/v1/instances/{own}", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Audit_OverAThousandEvents_IsReadPageByPageSearchedAndVerified()
    {
        var (page, portal) = await OpenAsync("admin", "/audit", dark: true);
        var events = page.Locator("[data-test=event]");
        // Older ones are read as one comes to them, and only those about where one looks are in the document.
        await Expect(events.First).ToBeVisibleAsync();
        await ExpectWindowAsync(events);
        await Eventually.HoldsAsync(async () => (await portal.Client.ReadAsync("/api/v1/audit?type=ccm.lablet.instance.pending&limit=1000"))["items"]!.AsArray().Count >= 1000, "every reservation stands in the trail");
        await page.Locator("[data-test=verify]").ClickAsync();
        await Expect(page.Locator("[data-test=verified]")).ToContainTextAsync(new Regex(@"Whole: [1-9],\d{3} events"), new() { Timeout = Patience });

        var own = await many.ReserveAsync("of-the-trail");
        await Expect(page.Locator("[data-test=newer]")).ToContainTextAsync("new event");
        await page.Locator("[data-test=newer]").ClickAsync();
        await Expect(page.Locator("[data-test=event]", new() { HasText = own })).ToHaveCountAsync(1);
        await page.Locator("[data-test=text]").FillAsync(own);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("[data-test=end]")).ToContainTextAsync("and none before");
        await Expect(events).ToHaveCountAsync(1);
        (await portal.Client.DeleteAsync($"/api/v1/instances/{own}", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task System_LeaderMadeToResign_IsFollowedByTheNextTerm()
    {
        var (page, portal) = await OpenAsync("admin", "/system", dark: false);
        var leader = page.Locator("[data-test=leaders] tr", new() { HasText = "Controller" });
        var before = await leader.Locator("td").Nth(2).TextContentAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Resign as Controller" }).ClickAsync();
        await Expect(page.Locator(".mud-snackbar")).ToContainTextAsync("stands aside");
        await Expect(leader).Not.ToContainTextAsync(before!, new() { Timeout = Patience });
        await Expect(leader.GetByRole(AriaRole.Button)).ToBeEnabledAsync(new() { Timeout = Patience });
        await Eventually.HoldsAsync(async () => (await portal.Client.ReadAsync("/api/v1/audit?type=ccm.leader.lost&actor=admin"))["items"]!.AsArray().Count == 1, "the trail tells who made it resign");
    }

    private async Task<(IPage Page, PortalProcess Portal)> OpenAsync(string role, string path, bool dark)
    {
        await Browser.AddressAsync();
        var portal = await many.GetAsync();
        return (await SignInAsync(portal.Address, role, path, dark), portal);
    }

    private static async Task ExpectWindowAsync(ILocator rows, int most = MostInDocument)
    {
        await Expect(rows.First).ToBeVisibleAsync();
        Assert.InRange(await rows.CountAsync(), 1, most);
    }
}
