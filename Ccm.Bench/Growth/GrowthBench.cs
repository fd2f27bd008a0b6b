using System.Globalization;
using Ccm.Bench.Measuring;
using Ccm.Bench.Schedule;
using Ccm.Bench.Servers;

namespace Ccm.Bench.Growth;

/// <summary>
/// The slope, on logarithmic axes, of what one placement costs against what is there already: 0 is the same for any fleet, 1 is in
/// proportion to it. Each size has an etcd and an engine of its own, and they take turns.
/// </summary>
internal static class GrowthBench
{
    private const int Rounds = 10;
    private const int Labs = 1000;
    private const double InstancesGoal = 0.05, WorkersGoal = 0.15;
    private static readonly int[] Instances = [1_000, 10_000, 100_000];
    private static readonly int[] Workers = [100, 1_000, 10_000];

    public static async Task RunAsync()
    {
        var instances = await MeasureAsync("instances", [.. Instances.Select(count => (count, Workers: 500, Running: count))]);
        var workers = await MeasureAsync("workers", [.. Workers.Select(count => (count, Workers: count, Running: 1_000))]);
        Report.Table(
        [
            ["cost of a placement against", "slope", "A against A", "goal", "met"],
            Row("existing instances, 1,000 to 100,000", instances, InstancesGoal),
            Row("workers, 100 to 10,000", workers, WorkersGoal),
        ]);
        Report.Json(new
        {
            bench = "growth",
            instances = Report.Rounded(instances.Slope),
            workers = Report.Rounded(workers.Slope),
            aaRatio = Report.Rounded(new[] { instances.Same, workers.Same }.MaxBy(ratio => Math.Abs(Math.Log(ratio)))),
            pairs = Rounds,
            spread = Report.Rounded(Math.Max(instances.Spread, workers.Spread)),
        });
    }

    private static async Task<Growth> MeasureAsync(string what, (int Size, int Workers, int Running)[] sizes)
    {
        using var faults = new Faults();
        var fleets = new List<GrownFleet>();
        try
        {
            foreach (var (size, workers, running) in sizes)
                fleets.Add(await GrownFleet.StartAsync(size, workers, running, Labs, faults));
            foreach (var fleet in fleets.Concat(fleets))
                await fleet.MeasureAsync();
            fleets.ForEach(fleet => fleet.Costs.Clear());
            // There and back again, so that what slows the machine down meets all.
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var fleet in round % 2 == 0 ? fleets : Enumerable.Reverse(fleets))
                    await fleet.MeasureAsync();
            }
            Report.Table(
            [
                [what, "µs a placement", "quartiles"],
                .. fleets.Select(fleet => new[]
                {
                    fleet.Size.ToString("N0", CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{fleet.Cost.Median:0.0}"),
                    string.Create(CultureInfo.InvariantCulture, $"{fleet.Cost.At(0.25):0.0}-{fleet.Cost.At(0.75):0.0}"),
                }),
            ]);
            faults.Print();
            Console.WriteLine();
            return new Growth(Slope(fleets), fleets.Select(fleet => fleet.Halves).MaxBy(ratio => Math.Abs(Math.Log(ratio))), fleets.Max(fleet => fleet.Cost.Spread));
        }
        finally
        {
            foreach (var fleet in fleets)
                await fleet.DisposeAsync();
        }
    }

    /// <summary>Of the straight line that comes nearest to the medians, both sides as logarithms.</summary>
    private static double Slope(IReadOnlyCollection<GrownFleet> fleets)
    {
        var points = fleets.Select(fleet => (X: Math.Log(fleet.Size), Y: Math.Log(fleet.Cost.Median))).ToList();
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        return points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
    }

    private static string[] Row(string what, Growth growth, double goal) =>
    [
        what, string.Create(CultureInfo.InvariantCulture, $"{growth.Slope:0.000}"), string.Create(CultureInfo.InvariantCulture, $"{growth.Same:0.00}"),
        string.Create(CultureInfo.InvariantCulture, $"{goal:0.00}"), growth.Slope <= goal ? "yes" : "NO",
    ];

    private sealed record Growth(double Slope, double Same, double Spread);
}
