using System.Globalization;
using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;

namespace Ccm.Bench.Fanout;

/// <summary>Events delivered to 1,000 readers of the one cache of a process, and to 1,000 watchers of etcd; and what one reader that stalls does to the others.</summary>
internal static class FanoutBench
{
    public const int Readers = 1_000;
    private const int Pairs = 10;

    public static async Task RunAsync()
    {
        using var faults = new Faults();
        await using var etcd = await EtcdProcess.StartAsync();
        using var watchers = new WatchersSide(etcd);
        await using var ours = await SubscribersSide.StartAsync(etcd, faults);
        await watchers.WatchAsync();
        Console.WriteLine($"{Readers} readers, {Environment.ProcessorCount} cores");
        for (var n = 0; n < 2; n++)
        {
            await Block.OfAsync(ours, etcd.Process);
            await Block.OfAsync(watchers, etcd.Process);
        }
        var same = await Comparison.OfAsync(ours, ours, Pairs, etcd.Process);
        if (same.Ratios.Median is < 0.9 or > 1.1)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A against A was {same.Ratios.Median:0.00}, more than 10 % off; once more."));
            same = await Comparison.OfAsync(ours, ours, Pairs, etcd.Process);
        }
        var comparison = await Comparison.OfAsync(ours, watchers, Pairs, etcd.Process);
        Report.Table([Comparison.Head, same.Row(), comparison.Row()]);
        var (free, stalled) = await StalledAsync(ours);
        faults.Print();
        Report.Json(new
        {
            bench = "fanout", ratio = Report.Rounded(comparison.Ratios.Median), aaRatio = Report.Rounded(same.Ratios.Median), pairs = Pairs, spread = Report.Rounded(comparison.Ratios.Spread),
            perSecond = Report.Rounded(new Sample(comparison.First.Select(block => block.PerSecond)).Median),
            stalled = new { p99Ratio = Report.Rounded(stalled.Median), aaRatio = Report.Rounded(free.Median), aaSpread = Report.Rounded(free.Spread), spread = Report.Rounded(stalled.Spread) },
        });
    }

    /// <summary>Of pairs of blocks the ratios of the 99th percentiles of latency: none stalls against none, and one stalls against none.</summary>
    private static async Task<(Sample Free, Sample Stalled)> StalledAsync(SubscribersSide ours)
    {
        var (free, stalled, latency) = (new List<double>(), new List<double>(), new List<double>());
        for (var n = 0; n < Pairs; n++)
        {
            // A A B and B A A in turn: what slows the machine down meets all three.
            var first = n % 2 == 0;
            var before = first ? 0 : await ours.LatencyAsync(oneStalls: true);
            var (one, two) = (await ours.LatencyAsync(oneStalls: false), await ours.LatencyAsync(oneStalls: false));
            var after = first ? await ours.LatencyAsync(oneStalls: true) : before;
            free.Add(first ? one / two : two / one);
            stalled.Add(after / (first ? two : one));
            latency.Add(one);
        }
        var samples = (Free: new Sample(free), Stalled: new Sample(stalled));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"p99 from sending a write to its delivery {new Sample(latency).Median:0.0} ms; with one reader stalled {samples.Stalled.Median:0.00} times ({samples.Stalled.At(0.25):0.00}-{samples.Stalled.At(0.75):0.00}), none against none {samples.Free.Median:0.00} ({samples.Free.At(0.25):0.00}-{samples.Free.At(0.75):0.00})"));
        return samples;
    }
}
