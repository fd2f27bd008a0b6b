using System.Globalization;
using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;

namespace Ccm.Bench.List;

/// <summary>The first 100 of 10,000 instances, filtered and sorted, as JSON: from the cache that has one's own writes, and from etcd itself.</summary>
internal static class ListBench
{
    private const int Pairs = 10;

    public static async Task RunAsync()
    {
        using var faults = new Faults();
        await using var etcd = await EtcdProcess.StartAsync();
        await using var fleet = await ListFleet.StartAsync(etcd.Endpoint, faults);
        var (ours, theirs) = (new CacheSide(fleet), new EtcdSide(fleet));
        await fleet.WriteAsync();
        var (answer, other) = (await ours.ReadAsync(), await theirs.ReadAsync());
        if (!answer.AsSpan().SequenceEqual(other))
            throw new BenchException("The two sides do not answer the same.");
        Console.WriteLine($"{ListFleet.Count} instances, {Environment.ProcessorCount} cores; an answer has {answer.Length / 1024} KiB");
        for (var n = 0; n < 2; n++)
        {
            await Block.OfAsync(ours, etcd.Process);
            await Block.OfAsync(theirs, etcd.Process);
        }
        var same = await Comparison.OfAsync(ours, ours, Pairs, etcd.Process);
        if (same.Ratios.Median is < 0.9 or > 1.1)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A against A was {same.Ratios.Median:0.00}, more than 10 % off; once more."));
            same = await Comparison.OfAsync(ours, ours, Pairs, etcd.Process);
        }
        var comparison = await Comparison.OfAsync(ours, theirs, Pairs, etcd.Process);
        Report.Table([Comparison.Head, same.Row(), comparison.Row()]);
        faults.Print();
        Report.Json(new
        {
            bench = "list", ratio = Report.Rounded(comparison.Ratios.Median), aaRatio = Report.Rounded(same.Ratios.Median), pairs = Pairs, spread = Report.Rounded(comparison.Ratios.Spread),
            perSecond = Report.Rounded(new Sample(comparison.First.Select(block => block.PerSecond)).Median),
        });
    }
}
