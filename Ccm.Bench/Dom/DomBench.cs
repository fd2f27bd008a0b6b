using System.Diagnostics;
using System.Globalization;
using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;
using Ccm.Bench.Shield;

namespace Ccm.Bench.Dom;

/// <summary>
/// From a change in etcd until it stands in the text of its row in the browser, over what a watch of etcd takes to tell of it: a few
/// changes a second of rows in sight, and a hundred a second of any of 1,000 rows, of which those in the page are looked at.
/// </summary>
internal static class DomBench
{
    private const int Rows = 1000;
    private const int InSight = 20;
    private static readonly TimeSpan SlowTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FastTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    public static async Task RunAsync()
    {
        await using var etcd = await EtcdProcess.StartAsync();
        await using var changes = new RowChanges(etcd);
        await changes.FillAsync(Rows);
        await using var portal = await AttachedPortal.StartAsync(etcd);
        await using var chromium = await Chromium.LaunchAsync();
        var rows = new SeenRows(await chromium.SignInAsync(portal.Portal.Address));
        await rows.StartAsync();
        var all = Enumerable.Range(0, Rows).Select(RowChanges.Id).ToArray();
        await changes.RunAsync(all, 100, WarmUp);
        await rows.TakeAsync();
        var there = await rows.IdsAsync();
        var slow = await MeasureAsync(changes, rows, portal.Portal.Process, there[..InSight], there, 4, SlowTime);
        var fast = await MeasureAsync(changes, rows, portal.Portal.Process, all, there, 100, FastTime);
        Report.Table(
        [
            ["from the PUT to the text in the browser", "seen", "the watch, ms", "beyond it: median", "p99", "goals", "met", "portal's CPU for a change, ms"],
            Row("4 changes/s, in sight", slow, 5, 1000.0 / 60),
            Row($"100 changes/s, {there.Length} of {Rows} rows in the page", fast, null, 33),
        ]);
        Report.Json(new
        {
            bench = "dom",
            p50Ms = Report.Rounded(slow.Beyond.Median),
            p99Ms = Report.Rounded(slow.Beyond.At(0.99)),
            fastP50Ms = Report.Rounded(fast.Beyond.Median),
            fastP99Ms = Report.Rounded(fast.Beyond.At(0.99)),
            cpuMs = Report.Rounded(slow.Cpu),
            fastCpuMs = Report.Rounded(fast.Cpu),
            missed = slow.Missed + fast.Missed,
            aaRatio = Report.Rounded(slow.Halves),
            pairs = slow.Beyond.Count,
            spread = Report.Rounded(slow.Beyond.Spread),
        });
    }

    private static async Task<Latency> MeasureAsync(RowChanges changes, SeenRows rows, Process portal, IReadOnlyList<string> ids, string[] there, int perSecond, TimeSpan time)
    {
        var before = CpuTime.Of(portal);
        var made = await changes.RunAsync(ids, perSecond, time);
        var cpu = (CpuTime.Of(portal) - before).TotalMilliseconds / made.Count;
        var seen = await rows.TakeAsync();
        var looked = made.Where((_, n) => there.Contains(ids[n % ids.Count])).ToList();
        var shown = looked.Where(seen.ContainsKey).ToList();
        var beyond = shown.Select(change => seen[change] - changes.Heard[change]).ToList();
        return new Latency(new Sample(beyond), new Sample(shown.Select(change => changes.Heard[change] - changes.Sent[change])), looked.Count - shown.Count,
            new Sample(beyond.Where((_, n) => n % 2 == 0)).Median / new Sample(beyond.Where((_, n) => n % 2 == 1)).Median, cpu);
    }

    private static string[] Row(string what, Latency latency, double? median, double p99)
    {
        var met = (median is not { } limit || latency.Beyond.Median <= limit) && latency.Beyond.At(0.99) <= p99;
        return
        [
            what, $"{latency.Beyond.Count}{(latency.Missed > 0 ? $", {latency.Missed} overtaken" : "")}", Number(latency.Watch.Median), Number(latency.Beyond.Median), Number(latency.Beyond.At(0.99)),
            median is { } goal ? $"{Number(goal)}, {Number(p99)}" : Number(p99), met ? "yes" : "NO", latency.Cpu.ToString("0.00", CultureInfo.InvariantCulture),
        ];
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    /// <param name="Beyond">From the watch's word to the text in the browser, ms.</param>
    /// <param name="Watch">From the PUT to the watch's word, ms.</param>
    /// <param name="Missed">Changes that were never shown, since the next of their row was there first.</param>
    /// <param name="Halves">A against A: every other change against the rest.</param>
    /// <param name="Cpu">Of the portal for one change, shown or not, ms.</param>
    private sealed record Latency(Sample Beyond, Sample Watch, int Missed, double Halves, double Cpu);
}
