using System.Globalization;
using Ccm.Bench.Dom;
using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;
using Ccm.Bench.Shield;

namespace Ccm.Bench.Circuits;

/// <summary>
/// What one open instances page costs the portal's memory, by a hundred of them: with 1,000 rows before anything changed and after all of
/// them followed changes, and with 100,000 rows. And how long 200 of them wait for what changes.
/// </summary>
internal static class CircuitBench
{
    private const int Pages = 100;
    private const int WarmUp = 30;
    private const int Few = 1_000, Many = 100_000;
    private const double LiveGoal = 1.3, RowsGoal = 1.1;
    private static readonly TimeSpan Changing = TimeSpan.FromSeconds(15);

    public static async Task RunAsync()
    {
        var few = await MeasureAsync(Few, more: Pages);
        var many = await MeasureAsync(Many, more: 0);
        var (live, rows, halves) = (few.Live / few.Still, many.Live / few.Live, few.FirstHalf / (few.Still - few.FirstHalf));
        Report.Table(
        [
            [$"memory of one open page, of {Pages}", "KB", "against", "ratio", "goal", "met"],
            [$"{Few:N0} rows, nothing has changed yet", Kilobytes(few.Still), "", "", "", ""],
            [$"{Few:N0} rows, after following changes", Kilobytes(few.Live), Kilobytes(few.Still), Ratio(live), Ratio(LiveGoal), live <= LiveGoal ? "yes" : "NO"],
            [$"{Many:N0} rows, after following changes", Kilobytes(many.Live), Kilobytes(few.Live), Ratio(rows), Ratio(RowsGoal), rows <= RowsGoal ? "yes" : "NO"],
            ["the first half of the pages against the second", Kilobytes(few.FirstHalf * 2), Kilobytes((few.Still - few.FirstHalf) * 2), Ratio(halves), "", ""],
        ]);
        Console.WriteLine();
        Report.Table(
        [
            [$"from the PUT to an open page, 4 changes/s, {Few:N0} rows", "median, ms", "p99", "slowest", "CPU for one change in one page, ms"],
            Row($"{Pages} pages", few.Reached),
            Row($"{2 * Pages} pages", few.ReachedByMore!),
        ]);
        Report.Json(new
        {
            bench = "circuit",
            live = Report.Rounded(live),
            rows = Report.Rounded(rows),
            kilobytes = Report.Rounded(few.Live / 1024),
            pages200 = new { p50Ms = Report.Rounded(few.ReachedByMore!.Wait.Median), p99Ms = Report.Rounded(few.ReachedByMore.Wait.At(0.99)), cpuMs = Report.Rounded(few.ReachedByMore.CpuMs) },
            aaRatio = Report.Rounded(halves),
            pairs = Pages,
        });
    }

    /// <param name="more">Pages opened besides in the end, for the wait alone.</param>
    private static async Task<Memory> MeasureAsync(int rows, int more)
    {
        await using var etcd = await EtcdProcess.StartAsync();
        await using var changes = new RowChanges(etcd);
        await changes.FillAsync(rows);
        await using var portal = await AttachedPortal.StartAsync(etcd);
        var pages = new List<OpenPage>();
        var visitors = new List<Visitor>();
        try
        {
            // One person may have a hundred pages open.
            foreach (var demo in new[] { "operator", "admin", "viewer" })
                visitors.Add(await Visitor.SignInAsync(portal.Portal.Address, demo));
            await OpenAsync(pages, visitors[0], WarmUp);
            // What the fleet itself keeps of its last changes is there before the pages are.
            await ReachAsync(changes, portal.Portal, pages);
            var before = await ManagedHeap.BytesAsync(portal.Portal);
            await OpenAsync(pages, visitors[1], Pages / 2);
            var half = await ManagedHeap.BytesAsync(portal.Portal);
            await OpenAsync(pages, visitors[1], Pages / 2);
            var still = await ManagedHeap.BytesAsync(portal.Portal);
            var reached = await ReachAsync(changes, portal.Portal, pages);
            var live = await ManagedHeap.BytesAsync(portal.Portal);
            await OpenAsync(pages, visitors[2], more);
            return new Memory((half - before) / Pages, (still - before) / Pages, (live - before) / Pages, reached, more == 0 ? null : await ReachAsync(changes, portal.Portal, pages));
        }
        finally
        {
            foreach (var page in pages)
                await page.DisposeAsync();
            visitors.ForEach(visitor => visitor.Dispose());
        }
    }

    private static async Task OpenAsync(List<OpenPage> pages, Visitor visitor, int count)
    {
        for (var n = 0; n < count; n++)
            pages.Add(await OpenPage.OpenAsync(visitor, "/instances"));
    }

    /// <summary>Changes rows that all of them show.</summary>
    private static async Task<Reach> ReachAsync(RowChanges changes, PortalProcess portal, List<OpenPage> pages)
    {
        pages.ForEach(page => page.Forget());
        var before = CpuTime.Of(portal.Process);
        var made = await changes.RunAsync(pages[0].Rows[..20], 4, Changing);
        await Task.WhenAll(pages.Select(page => page.SeesAsync(made[^1])));
        var cpu = (CpuTime.Of(portal.Process) - before).TotalMilliseconds / made.Count / pages.Count;
        return new Reach(new Sample(pages.SelectMany(page => made.Where(page.Seen.ContainsKey).Select(change => page.Seen[change] - changes.Sent[change]))), cpu);
    }

    private static string[] Row(string what, Reach reach) =>
        [what, Milliseconds(reach.Wait.Median), Milliseconds(reach.Wait.At(0.99)), Milliseconds(reach.Wait.Max), reach.CpuMs.ToString("0.00", CultureInfo.InvariantCulture)];

    private static string Kilobytes(double bytes) => (bytes / 1024).ToString("N0", CultureInfo.InvariantCulture);

    private static string Milliseconds(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>Bytes of one page.</summary>
    /// <param name="FirstHalf">That the first half of the pages brought of <paramref name="Still"/>.</param>
    private sealed record Memory(double FirstHalf, double Still, double Live, Reach Reached, Reach? ReachedByMore);

    /// <param name="Wait">How long each page waited for each change that it painted, ms.</param>
    /// <param name="CpuMs">What the portal computed for one change in one page.</param>
    private sealed record Reach(Sample Wait, double CpuMs);
}
