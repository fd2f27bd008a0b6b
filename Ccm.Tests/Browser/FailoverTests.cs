using System.Text.Json.Nodes;
using Ccm.Tests.Api;
using Ccm.Tests.Servers;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Ccm.Tests.Browser;

/// <summary>A page whose replica goes away goes on at another one by itself: same address, same person, same filter, live.</summary>
public sealed class FailoverTests(PortalInBrowser browser) : BrowserTest(browser)
{
    private const string Filter = "/instances?q=vlan&sort=instance&order=asc";
    private static readonly LocatorAssertionsToHaveCountOptions Patient = new() { Timeout = 60_000 };

    /// <summary>What a killed replica asked of the page can be answered to nobody; the framework says so, and that a connection is lost.</summary>
    protected override bool Expects(string error) => error.StartsWith(Told, StringComparison.Ordinal) || error.Contains("Cannot send data if the connection is not in the 'Connected' State", StringComparison.Ordinal);

    [Fact]
    public async Task ReplicaKilled_PageOfIt_LoadsItselfAnewOnTheOther()
    {
        await using var stores = await RealStores.StartAsync();
        await using var pair = await PairAsync(stores);
        var page = await pair.OpenAsync();
        var survivor = await SignInAsync(pair.Two.Address, "operator", Filter);
        await MarkAsync(survivor);

        await pair.One.KillAsync();

        await AssertGoesOnAsync(page, pair.Two);
        await Expect(survivor.Locator("[data-test=row]")).ToHaveCountAsync(2, Patient);
        Assert.True(await IsMarkedAsync(survivor), "The page on the survivor was left.");
    }

    /// <summary>It never leaves its page.</summary>
    [Fact]
    public async Task ReplicaStopped_PageOfIt_ResumesOnTheOther()
    {
        await using var stores = await RealStores.StartAsync();
        await using var pair = await PairAsync(stores);
        var page = await pair.OpenAsync();
        await MarkAsync(page);

        await pair.One.StopAsync();

        await AssertGoesOnAsync(page, pair.Two);
        Assert.True(await IsMarkedAsync(page), "The page was loaded anew.");
        Assert.Contains("1 open pages are sent", pair.One.Log, StringComparison.Ordinal);
        Assert.Contains("0 open pages are left", pair.One.Log, StringComparison.Ordinal);
    }

    /// <summary>
    /// A resume for which the state is gone must not freeze the page. The browser's copy goes with an attempt that nobody answers; one
    /// that the replica could not hand over lies in Redis.
    /// </summary>
    [Fact]
    public async Task ReplicaStopped_StateGone_LoadsItselfAnew()
    {
        await using var stores = await RealStores.StartAsync();
        await using var pair = await PairAsync(stores);
        var page = await pair.OpenAsync();
        await MarkAsync(page);
        await page.EvaluateAsync("""
            () => {
                const [pause, ask] = [Blazor.pauseCircuit, ccm.askCircuit];
                Blazor.pauseCircuit = async () => {
                    const [kept, real] = [await pause(), window.WebSocket];
                    window.WebSocket = function () { throw new Error("Nobody answers."); };
                    await Blazor.resumeCircuit().catch(() => false);
                    window.WebSocket = real;
                    return kept;
                };
                ccm.askCircuit = () => window.goOn ? ask() : Promise.resolve(0);
            }
            """);

        await pair.One.StopAsync();
        await stores.Redis.SendAsync("EVAL \"for _, name in ipairs(redis.call('keys','ccm:circuit:*')) do redis.call('del', name) end return 0\" 0");
        await page.EvaluateAsync("() => { window.goOn = true; }");

        await AssertGoesOnAsync(page, pair.Two);
        Assert.False(await IsMarkedAsync(page), "The page was resumed.");
    }

    /// <summary>Signing out everywhere on one replica ends what is open on the other, by itself and at once.</summary>
    [Fact]
    public async Task SignedOutEverywhere_PageOnTheOtherReplica_EndsAtTheSignInPage()
    {
        await using var stores = await RealStores.StartAsync();
        await using var pair = await PairAsync(stores);
        var page = await pair.OpenAsync();
        var elsewhere = await SignInAsync(pair.Two.Address, "operator", Filter);

        await elsewhere.GotoAsync("/account");
        await elsewhere.GetByRole(AriaRole.Button, new() { Name = "Sign out everywhere" }).ClickAsync();

        await page.WaitForURLAsync(url => url.Contains("/account/sign-in?returnUrl=%2Finstances", StringComparison.Ordinal));
    }

    private static async Task AssertGoesOnAsync(IPage page, PortalProcess survivor)
    {
        await ReserveAsync(survivor, "demo-vlan-basics");
        await ReserveAsync(survivor, "demo-ospf-triangle");
        await Expect(page.Locator("[data-test=row]")).ToHaveCountAsync(2, Patient);
        foreach (var row in await page.Locator("[data-test=row]").AllTextContentsAsync())
            Assert.Contains("demo-vlan-basics", row, StringComparison.Ordinal);
        Assert.EndsWith(Filter, page.Url, StringComparison.Ordinal);
        await Expect(page.Locator("[data-test=who]")).ToContainTextAsync("operator");
        await Expect(page.Locator("#components-reconnect-modal")).Not.ToBeVisibleAsync();
        // Not only painted: it takes a click.
        await page.Locator("button:has-text('All')").First.ClickAsync();
        await Expect(page.Locator("button[aria-pressed=true]:has-text('All')")).ToBeVisibleAsync();
    }

    private static Task MarkAsync(IPage page) => page.EvaluateAsync("() => { window.marked = true; }");

    private static Task<bool> IsMarkedAsync(IPage page) => page.EvaluateAsync<bool>("() => window.marked === true");

    private static Task<JsonNode> ReserveAsync(PortalProcess portal, string definition) =>
        portal.Client.PostedAsync("/api/v1/instances", new { definitionId = definition, durationMinutes = 30 });

    private async Task<Pair> PairAsync(RealStores stores)
    {
        var portals = await Task.WhenAll(stores.StartPortalAsync("--Ccm:ReplicaId=one", "--Ccm:Simulator:Speed=2000"), stores.StartPortalAsync("--Ccm:ReplicaId=two", "--Ccm:Simulator:Speed=2000"));
        return new Pair(this, portals[0], portals[1]);
    }

    /// <summary>Two replicas behind one address, which leads to the first while it is there.</summary>
    private sealed class Pair(FailoverTests test, PortalProcess one, PortalProcess two) : IAsyncDisposable
    {
        private readonly SwitchingProxy _proxy = new(one.Address, two.Address);

        public PortalProcess One => one;

        public PortalProcess Two => two;

        /// <summary>The filtered page by the proxy, with the one instance that its filter shows, live.</summary>
        public async Task<IPage> OpenAsync()
        {
            await Eventually.HoldsAsync(async () => (await one.Client.ReadAsync("/api/v1/definitions"))["items"]!.AsArray().Count >= 3, "the labs are seeded");
            await ReserveAsync(one, "demo-vlan-basics");
            var page = await test.SignInAsync(_proxy.Address, "operator", Filter);
            await Expect(page.Locator("[data-test=row]")).ToHaveCountAsync(1, Patient);
            return page;
        }

        public async ValueTask DisposeAsync()
        {
            await test.CloseAllAsync();
            await _proxy.DisposeAsync();
        }
    }
}
