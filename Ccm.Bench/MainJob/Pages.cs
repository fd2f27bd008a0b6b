using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;
using Microsoft.Playwright;

namespace Ccm.Bench.MainJob;

/// <summary>How long pages and lists take while 1,000 instances are there.</summary>
internal static class Pages
{
    private const int Visits = 20;

    /// <summary>Clicks a link and waits, frame by frame, until the page has its heading and something that it shows.</summary>
    private const string Click = """
        ([link, shown]) => new Promise((done, fail) => {
            const began = performance.now();
            const before = document.querySelector("h1");
            const heading = before.textContent;
            document.querySelector(link).click();
            const look = () => {
                const now = document.querySelector("h1");
                if (now && (now !== before || now.textContent !== heading) && document.querySelector(shown))
                    done(performance.now() - began);
                else if (performance.now() - began > 15000)
                    fail(new Error(`${link} led to nothing within 15 s`));
                else
                    requestAnimationFrame(look);
            };
            look();
        })
        """;

    /// <summary>What to click, and what must be there then.</summary>
    private static readonly (string Name, string Link, string Shown)[] Path =
    [
        ("Workers", ".ccm-drawer a[href='/workers']", "main a[href^='/workers/']"),
        ("Definitions", ".ccm-drawer a[href='/definitions']", "main a[href^='/definitions/']"),
        ("System", ".ccm-drawer a[href='/system']", "main .ccm-head"),
        ("Instances", ".ccm-drawer a[href='/instances']", "tr[data-test=row]"),
        ("one instance", "tr[data-test=row] a.ccm-id", "main h1"),
    ];

    public static async Task<IEnumerable<Figure>> MeasureAsync(PortalProcess portal, IPage page)
    {
        var figures = new List<Figure>();
        figures.AddRange(await TimesAsync("getInstancesPageMs", "GET /instances, the HTML in full, ms", Visits, async () =>
        {
            var html = await (await page.APIRequest.GetAsync(page.Url)).TextAsync();
            if (!html.Contains("<title>Instances", StringComparison.Ordinal))
                throw new BenchException($"GET {page.Url} led elsewhere.");
        }));
        figures.AddRange(await TimesAsync("openInstancesPageMs", "opening /instances in the browser until rows show, ms", Visits / 2, async () =>
        {
            await page.GotoAsync(new Uri(portal.Address, "/instances").ToString(), new() { WaitUntil = WaitUntilState.Commit });
            await page.WaitForSelectorAsync("tr[data-test=row]");
        }));
        // Links work in place only once the circuit is there.
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        var clicks = Path.ToDictionary(step => step.Name, _ => new List<double>());
        for (var n = 0; n < Visits / 2; n++)
        {
            foreach (var (name, link, shown) in Path)
                clicks[name].Add(await page.EvaluateAsync<double>(Click, new[] { link, shown }));
        }
        figures.AddRange(clicks.Select(pair => new Figure($"click{pair.Key.Replace("one i", "I", StringComparison.Ordinal)}Ms", $"a click that leads to {pair.Key}, ms, median of {pair.Value.Count}", new Sample(pair.Value).Median)));
        figures.AddRange(Figure.OfTimes("clickMs", "any of these clicks, ms", new Sample(clicks.Values.SelectMany(times => times))));
        foreach (var (limit, times) in new[] { (100, 200), (1000, 40) })
            figures.AddRange(await TimesAsync($"list{limit}Ms", $"GET /api/v1/instances?limit={limit}, ms", times, () => portal.Client.GetByteArrayAsync(new Uri($"/api/v1/instances?limit={limit}", UriKind.Relative)), p95Goal: 500));
        await page.EvaluateAsync<double>(Click, new[] { Path[3].Link, Path[3].Shown });
        return figures;
    }

    private static async Task<IEnumerable<Figure>> TimesAsync(string name, string what, int count, Func<Task> act, double? p95Goal = null)
    {
        await act();
        var times = new List<double>();
        for (var n = 0; n < count; n++)
        {
            var began = TimeProvider.System.GetTimestamp();
            await act();
            times.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
        }
        return Figure.OfTimes(name, what, new Sample(times), p95Goal: p95Goal);
    }
}
