using System.Collections.Immutable;
using System.Globalization;
using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;

namespace Ccm.Bench.Schedule;

/// <summary>Placements per second through the scheduler and ControlPlane on a real etcd, divided by raw transactions of the same shape.</summary>
internal static class ScheduleBench
{
    private const int Pairs = 10;
    private const int Labs = 1500;

    /// <summary>Placements of one full transaction: with three workers 127 puts and 70 compares.</summary>
    private const int FullBatch = 60;

    private static readonly int[] FleetSizes = [100, 5000];

    public static async Task RunAsync()
    {
        var durable = await MeasureAsync(waitsForDisk: true);
        var fast = await MeasureAsync(waitsForDisk: false);
        var all = durable.Concat(fast).ToList();
        Report.Json(new
        {
            bench = "schedule",
            vsSequential = Worst(durable, OneAtATime),
            vsConcurrent = Worst(durable, InFlight),
            ofLimit = Worst(durable, Batches),
            perSecond = Report.Rounded(durable.Min(result => result.PerSecond)),
            aaRatio = Report.Rounded(all.Select(result => result.Same.Median).MaxBy(ratio => Math.Abs(Math.Log(ratio)))),
            pairs = Pairs,
            spread = Report.Rounded(all.SelectMany(result => result.Comparisons).Max(comparison => comparison.Ratios.Spread)),
            sizes = Sizes(durable),
            withoutFsync = Sizes(fast),
        });
    }

    private static double Worst(IEnumerable<Result> results, string against) => Report.Rounded(results.Min(result => result.Of(against).Median));

    private static object[] Sizes(IEnumerable<Result> results) =>
    [
        .. results.Select(result => new
        {
            workers = result.Workers,
            vsSequential = Report.Rounded(result.Of(OneAtATime).Median),
            vsConcurrent = Report.Rounded(result.Of(InFlight).Median),
            ofLimit = Report.Rounded(result.Of(Batches).Median),
            perSecond = Report.Rounded(result.PerSecond),
            aaRatio = Report.Rounded(result.Same.Median),
        }),
    ];

    /// <param name="waitsForDisk">Of etcd, as it does where it is not told otherwise.</param>
    private static async Task<List<Result>> MeasureAsync(bool waitsForDisk)
    {
        var results = new List<Result>();
        foreach (var workers in FleetSizes)
            results.Add(await MeasureAsync(workers, waitsForDisk));
        return results;
    }

    private const string OneAtATime = "one at a time";
    private const string InFlight = "64 in flight";
    private const string Batches = "batches of 60";

    private static async Task<Result> MeasureAsync(int workers, bool waitsForDisk)
    {
        using var faults = new Faults();
        await using var etcd = await EtcdProcess.StartAsync(waitsForDisk);
        using var folder = new TemporaryFolder();
        await using var parts = await SchedulerParts.StartAsync(etcd.Endpoint, folder.Path, faults);
        var ours = new PlacingSide(new BenchFleet(workers, Labs), parts);
        await ours.PrepareAsync();
        using var raw = new RawKeys(etcd.Endpoint, await ours.ShapeAsync(1), await ours.ShapeAsync(FullBatch));
        await raw.FillAsync();
        ours.Raw = raw;
        ISide[] against =
        [
            new RawSide(OneAtATime, raw, lanes: 1, transactions: 500, labs: 1, workers: 1),
            new RawSide(InFlight, raw, lanes: 64, transactions: 50, labs: 1, workers: 1),
            new RawSide(Batches, raw, lanes: 1, transactions: 120, FullBatch, workers: 3),
        ];
        Console.WriteLine($"etcd {(waitsForDisk ? "as it comes" : "without fsync")}: {workers} workers, {Labs} labs a block, {Environment.ProcessorCount} cores; an event of one placement {raw.OutboxBytes(false)} bytes, of {FullBatch} {raw.OutboxBytes(true)}");
        for (var n = 0; n < 4; n++)
        {
            foreach (var side in against.Prepend(ours).Prepend(ours))
                await Block.OfAsync(side, etcd.Process);
        }
        var same = await Comparison.OfAsync(ours, ours, Pairs, etcd.Process);
        if (same.Ratios.Median is < 0.9 or > 1.1)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A against A was {same.Ratios.Median:0.00}, more than 10 % off; once more."));
            same = await Comparison.OfAsync(ours, ours, Pairs, etcd.Process);
        }
        var comparisons = ImmutableArray.CreateBuilder<Comparison>();
        foreach (var side in against)
            comparisons.Add(await Comparison.OfAsync(ours, side, Pairs, etcd.Process));
        var result = new Result(workers, same.Ratios, comparisons.ToImmutable());
        Print(result, same, ours);
        faults.Print();
        Console.WriteLine();
        return result;
    }

    private static void Print(Result result, Comparison same, PlacingSide ours)
    {
        Report.Table([Comparison.Head, same.Row(), .. result.Comparisons.Select(comparison => comparison.Row())]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the relay emptied the outbox {new Sample(ours.RelayLag).Median:0.00} s after a block (median)"));
    }

    private sealed record Result(int Workers, Sample Same, ImmutableArray<Comparison> Comparisons)
    {
        public double PerSecond => new Sample(Comparisons.SelectMany(comparison => comparison.First).Select(block => block.PerSecond)).Median;

        public Sample Of(string against) => Comparisons.Single(comparison => comparison.Against == against).Ratios;
    }
}
