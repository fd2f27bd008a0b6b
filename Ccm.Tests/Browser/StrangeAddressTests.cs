using System.Net;
using Ccm.Tests.Api;
using Ccm.Tests.Servers;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>Addresses that nobody made by clicking: with nonsense in them, and of what is no more.</summary>
public sealed class StrangeAddressTests(PortalInBrowser browser) : BrowserTest(browser)
{
    private const string Script = "%3Cscript%3Ewindow.hacked%3D1%3C%2Fscript%3E";
    private const string Mixed = "%F0%9F%98%80%D7%A2%D7%91%D7%A8%D7%99%D7%AA%E2%80%AE%3D1%2B1";
    private static readonly string Long = new('x', 5000);

    /// <summary>Every parameter that each page knows, with something in it that makes no sense.</summary>
    private static readonly (string Path, string Title)[] Nonsense =
    [
        ($"/overview?state={Script}&x={Mixed}", "Overview"),
        ($"/instances?q={Script}&state=NO-SUCH,{Mixed}&outcome=%5C&definition={Script}&worker={Mixed}&owner=,,,&sort=nonsense&order=sideways", "Instances"),
        ($"/instances?q={Long}&sort=%00&state=%00", "Instances"),
        ($"/workers?view={Script}&q={Mixed}&state=42&trouble=none&template={Script}&licence=FREE&sort=-1", "Workers"),
        ($"/workers?view=table&region={Long}&sort=cost-per-hour&order=", "Workers"),
        ($"/definitions?q={Mixed}&status=,&sort={Script}", "Definitions"),
        ($"/templates?q={Script}&provider={Mixed}&sort=%25", "Worker templates"),
        ($"/reservations?from=yesterday&hours=-1&rows={Mixed}&resource={Script}&view=3&lab={Script}&minutes=99999999999", "Reservations"),
        ("/reservations?from=9999-12-31T23:59:59Z&hours=168&view=table&minutes=-5&lab=no-such-lab", "Reservations"),
        ($"/scaling?kind={Script}&template={Mixed}&hours=1e9", "Scaling"),
        ($"/audit?subject={Script}&type={Mixed}&actor={Script}&text=%25&operationId={Mixed}&range=forever&from=never&until=1&event=x,-1,99999999999999999999", "Audit"),
        ($"/audit?text={Long}&from=9999-12-31T23:59:59Z&until=0001-01-01&event=999999999", "Audit"),
        ($"/system?part={Script}", "System"),
        ($"/definitions/demo-vlan-basics?version={Script}&against={Mixed}", "demo-vlan-basics"),
        ($"/definitions/demo-vlan-basics?version=99.0.0&against={Long}", "demo-vlan-basics"),
    ];

    /// <summary>Of each kind of object, by names that there cannot be.</summary>
    private static readonly (string Path, string Words)[] Never =
    [
        ("/instances/i-none", "There is no instance i-none here"),
        ($"/instances/{Mixed}", "There is no instance"),
        ("/workers/w-none", "There is no worker w-none to see"),
        ($"/workers/{Script}", "There is no worker"),
        ("/definitions/none", "There is no definition none"),
        ($"/definitions/{Script}", "There is no definition"),
        ("/definitions/none/edit", "There is no definition none that could be edited"),
        ($"/definitions/{Long}/edit", "that could be edited"),
        ("/templates/none", "There is no worker template none"),
        ($"/templates/{Mixed}", "There is no worker template"),
        ("/instances/i-none/deeper", "There is no such page"),
    ];

    [Fact]
    public async Task Nonsense_OnEveryPage_IsPassedOverOrToldKindly()
    {
        var page = await SignInAsync("admin", "/overview");
        foreach (var (path, title) in Nonsense)
        {
            await GoAsync(page, path);
            await Expect(page.Locator("h1").First).ToContainTextAsync(title);
            await ExpectSoundAsync(page);
        }
        foreach (var path in new[] { $"/account?saved={Script}", $"/account/sign-in?returnUrl={Script}&reason={Mixed}" })
        {
            await page.GotoAsync(path);
            await ExpectSoundAsync(page);
        }
    }

    [Fact]
    public async Task Unknown_OfEveryKind_SaysSoAndLeadsBack()
    {
        var page = await SignInAsync("admin", "/overview");
        foreach (var (path, words) in Never)
        {
            await GoAsync(page, path);
            await Expect(page.Locator("main")).ToContainTextAsync(words);
            await Expect(page.Locator("main a[href]").First).ToBeVisibleAsync();
            await ExpectSoundAsync(page);
        }
    }

    /// <summary>While somebody looks at it, and for whoever comes by its address later.</summary>
    [Fact]
    public async Task Deleted_OfEveryKind_OpenPagesAndOldAddressesSayWhatBecameOfIt()
    {
        const string name = "soon-deleted";
        await Browser.AddressAsync();
        var client = Browser.Portal.Client;
        await (await client.PublishAsync(name, "1.0.0", Answers.Lab)).Ok(HttpStatusCode.Created);
        await client.PostedAsync("/api/v1/templates", new { name, region = name, licenseType = "EVALUATION", costPerHour = 999, maxWorkers = 1, startupTimeMinutes = 1, portRange = new { start = 2000, end = 2000 }, capacity = new { cpuCores = 1, memoryGb = 1, storageGb = 1 } });
        var worker = (await client.PostedAsync("/api/v1/workers", new { template = name }))["id"]!.GetValue<string>();
        var instance = (await client.PostedAsync("/api/v1/instances", new { definitionId = name, timeslotStart = TimeProvider.System.GetUtcNow().AddDays(300), durationMinutes = 30 }))["id"]!.GetValue<string>();
        var paths = new[] { $"/instances/{instance}", $"/workers/{worker}", $"/definitions/{name}", $"/definitions/{name}/edit", $"/templates/{name}" };
        var first = await SignInAsync("admin", paths[0]);
        var open = new List<IPage> { first };
        foreach (var path in paths[1..])
        {
            var page = await NewPageAsync(first.Context);
            await GoAsync(page, path);
            open.Add(page);
        }
        await open[3].Locator("[name=changeNote]").FillAsync("half a thought");
        await open[4].Locator("[name=description]").FillAsync("half a thought");
        await open[4].Locator("[name=region]").FocusAsync();

        await DeleteAsync($"/api/v1/instances/{instance}");
        await Expect(open[0].Locator(".ccm-head [data-test=state]")).ToHaveTextAsync("TERMINATED", new() { Timeout = 60_000 });
        await DeleteAsync($"/api/v1/definitions/{name}");
        await DeleteAsync($"/api/v1/workers/{worker}");
        await Expect(open[1].Locator(".ccm-head [data-test=state]")).ToHaveTextAsync("TERMINATED", new() { Timeout = 60_000 });
        await DeleteAsync($"/api/v1/templates/{name}");

        await Expect(open[2].Locator("main")).ToContainTextAsync($"There is no definition {name}");
        await Expect(open[3].Locator("[data-test=ended]")).ToContainTextAsync("Nothing of yours is lost");
        await Expect(open[3].Locator("[name=changeNote]")).ToHaveValueAsync("half a thought");
        await Expect(open[4].Locator("[data-test=gone]")).ToContainTextAsync("What you typed is still here");
        await Expect(open[4].Locator("[name=description]")).ToHaveValueAsync("half a thought");
        foreach (var page in open)
            await ExpectSoundAsync(page);

        var later = await SignInAsync("viewer", paths[0]);
        await Expect(later.Locator(".ccm-head [data-test=state]")).ToHaveTextAsync("TERMINATED");
        await GoAsync(later, $"/definitions/{name}");
        await Expect(later.Locator("main")).ToContainTextAsync($"There is no definition {name}");
        await GoAsync(later, $"/templates/{name}");
        await Expect(later.Locator("main")).ToContainTextAsync($"There is no worker template {name}");

        async Task DeleteAsync(string path)
        {
            using var answer = await client.DeleteAsync(path, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, $"DELETE {path}: {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }
    }
}
