using Ccm.Bench.Servers;
using Microsoft.Playwright;

namespace Ccm.Bench.Dom;

/// <summary>The instances page in a browser, which notes when each change stands in the text of its row.</summary>
internal sealed class SeenRows(IPage page)
{
    /// <summary>A change is known by the lab's version, which the row shows. Only rows in which something moved are read.</summary>
    private const string Watch = """
        () => {
            const seen = window.benchSeen = new Map();
            new MutationObserver(records => {
                const rows = new Set();
                for (const record of records)
                    rows.add((record.target.nodeType === 1 ? record.target : record.target.parentElement)?.closest("tr[data-test=row]"));
                const now = performance.timeOrigin + performance.now();
                for (const row of rows) {
                    const change = row && /1\.0\.(\d+)/.exec(row.textContent)?.[1];
                    if (change && !seen.has(change))
                        seen.set(change, now);
                }
            }).observe(document.body, { subtree: true, childList: true, characterData: true });
        }
        """;

    public async Task StartAsync()
    {
        await page.WaitForSelectorAsync("tr[data-test=row]");
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await CheckClockAsync();
        await page.EvaluateAsync(Watch);
    }

    /// <summary>Ids of the rows that are in the page, from its top.</summary>
    public Task<string[]> IdsAsync() => page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('tr[data-test=row]')].map(row => row.dataset.id)");

    /// <summary>By the number of the change, the time in ms since 1970 at which it stood there; empties the notes.</summary>
    public async Task<Dictionary<int, double>> TakeAsync()
    {
        var seen = await page.EvaluateAsync<double[][]>("() => { const seen = [...window.benchSeen].map(([change, at]) => [+change, at]); window.benchSeen.clear(); return seen; }");
        return seen.ToDictionary(pair => (int)pair[0], pair => pair[1]);
    }

    /// <summary>Both go by the machine's clock; should the browser's own have gone astray, what it notes means nothing.</summary>
    private async Task CheckClockAsync()
    {
        for (var n = 0; n < 20; n++)
        {
            var before = Clock.Now;
            var there = await page.EvaluateAsync<double>("() => performance.timeOrigin + performance.now()");
            if (there < before - 0.5 || there > Clock.Now + 0.5)
                throw new BenchException($"The browser's clock is {there - before:0.0} ms off.");
        }
    }
}

/// <summary>The machine's clock as the browser counts it too.</summary>
internal static class Clock
{
    /// <summary>Milliseconds since 1970.</summary>
    public static double Now => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
}
