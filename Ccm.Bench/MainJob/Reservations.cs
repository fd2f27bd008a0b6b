using System.Text.Json;
using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;
using Microsoft.Playwright;

namespace Ccm.Bench.MainJob;

/// <summary>From the sending of a reservation until the browser shows it SCHEDULED, both by the browser's own clock.</summary>
internal static class Reservations
{
    public const int Count = 50;
    private const int WarmUp = 5;

    /// <summary>Notes when each row first tells of a place: in a mutation observer, which runs right after the change of the page.</summary>
    private const string Watch = """
        () => {
            const seen = window.benchSeen = new Map();
            const look = () => {
                for (const row of document.querySelectorAll("tr[data-test=row]")) {
                    const state = row.querySelector("[data-test=state]");
                    if (!seen.has(row.dataset.id) && state && /SCHEDULED|INSTANTIATING|RUNNING/.test(state.textContent))
                        seen.set(row.dataset.id, performance.now());
                }
            };
            new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
        }
        """;

    private const string Reserve = """
        async ([token, definition]) => {
            const began = performance.now();
            const answer = await fetch("/api/v1/instances", {
                method: "POST", credentials: "omit", body: JSON.stringify({ definitionId: definition }),
                headers: { "Authorization": `Bearer ${token}`, "Content-Type": "application/json" },
            });
            const instance = await answer.json();
            const answered = performance.now() - began;
            if (!answer.ok)
                throw new Error(JSON.stringify(instance));
            while (!window.benchSeen.has(instance.id)) {
                if (performance.now() - began > 10000)
                    throw new Error(`${instance.id} was not shown as SCHEDULED within 10 s`);
                await new Promise(requestAnimationFrame);
            }
            return [answered, window.benchSeen.get(instance.id) - began];
        }
        """;

    public static async Task<IEnumerable<Figure>> MeasureAsync(PortalProcess portal, IPage page)
    {
        await page.EvaluateAsync(Watch);
        var times = new List<double[]>();
        for (var n = 0; n < WarmUp + Count; n++)
        {
            var time = await page.EvaluateAsync<double[]>(Reserve, new[] { portal.Token, FullFleet.Definition });
            if (n >= WarmUp)
                times.Add(time);
            // Apart and out of step with whatever repeats.
            await Task.Delay(TimeSpan.FromMilliseconds(150 + (n * 37 % 100)), TimeProvider.System);
        }
        return
        [
            .. Figure.OfTimes("reserveAnsweredMs", "POST of a reservation to its answer, ms", new Sample(times.Select(time => time[0]))),
            .. Figure.OfTimes("scheduledInBrowserMs", "POST of a reservation to SCHEDULED in the browser, ms", new Sample(times.Select(time => time[1])), medianGoal: 300),
        ];
    }
}
