using System.Globalization;
using Ccm.Bench.Measuring;
using Microsoft.Playwright;

namespace Ccm.Bench.MainJob;

/// <summary>Scrolls the grid of 1,000 rows from top to bottom and looks after each step whether rows stand where one looks.</summary>
internal static class Scrolling
{
    /// <summary>A sample is blank when at any of nine heights of the grid's window no row is painted.</summary>
    private const string Look = """
        window.benchBlank = () => {
            const grid = document.querySelector("[data-test=grid]");
            const top = grid.querySelector("th").getBoundingClientRect().bottom + 2;
            const box = grid.getBoundingClientRect();
            const bottom = Math.min(box.top + grid.clientHeight, box.top + grid.scrollHeight) - 2;
            const row = y => document.elementFromPoint(box.left + 30, y)?.closest("tr[data-test=row]");
            for (let n = 0; n < 9; n++) {
                const y = top + (bottom - top) * n / 8;
                // The line between two rows belongs to neither: a second look three pixels off.
                if (!row(y) && !row(y + (n < 8 ? 3 : -3)))
                    return true;
            }
            return false;
        };
        window.benchFrames = async count => { while (count-- > 0) await new Promise(requestAnimationFrame); };
        """;

    private const string Scroll = """
        async ([step, frames]) => {
            const grid = document.querySelector("[data-test=grid]");
            grid.scrollTop = 0;
            await window.benchFrames(60);
            let samples = 0, blank = 0;
            const by = step || grid.clientHeight;
            while (grid.scrollTop + grid.clientHeight < grid.scrollHeight - 1) {
                grid.scrollTop += by;
                for (let n = 0; n < frames; n++) {
                    await window.benchFrames(1);
                    samples++;
                    blank += window.benchBlank() ? 1 : 0;
                }
            }
            return [samples, blank, grid.scrollTop];
        }
        """;

    private const string Jump = """
        async share => {
            const grid = document.querySelector("[data-test=grid]");
            const began = performance.now();
            grid.scrollTop = share * (grid.scrollHeight - grid.clientHeight);
            do await window.benchFrames(1); while (window.benchBlank() && performance.now() - began < 10000);
            const took = performance.now() - began;
            await window.benchFrames(15);
            return took;
        }
        """;

    public static async Task<IEnumerable<Figure>> MeasureAsync(IPage page)
    {
        await page.EvaluateAsync(Look);
        var figures = new List<Figure>();
        // 40 px a frame is a fast turn of the wheel; a screen every 12 frames is somebody who pages.
        foreach (var (name, what, step, frames) in new[] { ("Wheel", "40 px a frame", 40, 1), ("Paging", "a screen every 12 frames", 0, 12) })
        {
            var (samples, blank, reached) = await page.EvaluateAsync<double[]>(Scroll, new[] { step, frames }) is [var s, var b, var r] ? (s, b, r) : default;
            figures.Add(new Figure($"blank{name}Samples", string.Create(CultureInfo.InvariantCulture, $"blank samples of {samples:0}, {what}, {reached:0} px down"), blank, 0));
        }
        var jumps = new List<double>();
        for (var n = 0; n < 20; n++)
            jumps.Add(await page.EvaluateAsync<double>(Jump, ((n * 7) + 3) % 20 / 20.0));
        figures.AddRange(Figure.OfTimes("jumpMs", "a jump of the scroll bar until its rows show, ms", new Sample(jumps)));
        return figures;
    }
}
