using System.Globalization;
using Ccm.Bench.Measuring;
using Ccm.Bench.Schedule;
using Ccm.Bench.Servers;

namespace Ccm.Bench.Growth;

/// <summary>
/// The slope, on logarithmic axes, of what one placement costs against what is there already: 0 is the same for any fleet, 1 is in
/// proportion to it. Each size has an etcd and an engine of its own; in each round all of them are measured there and back, and the
/// round yields a slope, so that what slows the machine down meets all sizes alike.
/// </summary>
internal static class GrowthBench
{
    /// <summary>An even number: A against A takes them in pairs.</summary>
    private const int Rounds = 16;
    private const int WarmUp = 2;

    /// <summary>Placed in one block; 100 workers hold 3,000.</summary>
    private const int Labs = 2000;

    private const double InstancesGoal = 0.05, WorkersGoal = 0.15;
    private static readonly int[] Instances = [1_000, 10_000, 100_000];
    private static readonly int[] Workers = [100, 1_000, 10_000];

    public static async Task RunAsync()
    {
        var instances = await MeasureAsync("instances", [.. Instances.Select(count => (count, Workers: 500, Running: count))]);
        var workers = await MeasureAsync("workers", [.. Workers.Select(count => (count, Workers: count, Running: 1_000))]);
        Report.Table(
        [
            ["cost of a placement against", "slope", "quartiles", "A against A", "goal", "met"],
            Row("existing instances, 1,000 to 100,000", instances, InstancesGoal),
            Row("workers, 100 to 10,000", workers, WorkersGoal),
        ]);
        Report.Json(new
        {
            bench = "growth",
            instances = Report.Rounded(instances.Slopes.Median),
            workers = Report.Rounded(workers.Slopes.Median),
            aaRatio = Report.Rounded(new[] { instances.Same, workers.Same }.MaxBy(Distance)),
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
            await RoundsAsync(fleets, WarmUp);
            var growth = await RoundsAsync(fleets, Rounds);
            if (growth.Same is < 0.9 or > 1.1)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A against A was {growth.Same:0.00}, more than 10 % off; once more."));
                growth = await RoundsAsync(fleets, Rounds);
            }
            Report.Table(
            [
                [what, "µs a placement", "quartiles", "CPU µs"],
                .. fleets.Select(fleet => new[]
                {
                    fleet.Size.ToString("N0", CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{fleet.Cost.Median:0.0}"),
                    string.Create(CultureInfo.InvariantCulture, $"{fleet.Cost.At(0.25):0.0}-{fleet.Cost.At(0.75):0.0}"),
                    string.Create(CultureInfo.InvariantCulture, $"{new Sample(fleet.Cpu).Median:0.0}"),
                }),
            ]);
            faults.Print();
            Console.WriteLine();
            return growth;
        }
        finally
        {
            foreach (var fleet in fleets)
                await fleet.DisposeAsync();
        }
    }

    private static async Task<Growth> RoundsAsync(List<GrownFleet> fleets, int rounds)
    {
        fleets.ForEach(fleet => fleet.Forget());
        var slopes = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var there = new List<Block>();
            foreach (var fleet in fleets)
                there.Add(await fleet.MeasureAsync());
            for (var n = fleets.Count - 1; n >= 0; n--)
                fleets[n].Add(there[n], await fleets[n].MeasureAsync());
            slopes.Add(Slope([.. fleets.Select(fleet => (Math.Log(fleet.Size), Math.Log(fleet.Costs[^1])))]));
        }
        return new Growth(new Sample(slopes), fleets.Select(fleet => fleet.Same).MaxBy(Distance), fleets.Max(fleet => fleet.Cost.Spread));
    }

    /// <summary>Of the straight line that comes nearest to the points.</summary>
    private static double Slope((double X, double Y)[] points)
    {
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        return points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
    }

    private static double Distance(double ratio) => Math.Abs(Math.Log(ratio));

    private static string[] Row(string what, Growth growth, double goal) =>
    [
        what, Number(growth.Slopes.Median, "0.000"), $"{Number(growth.Slopes.At(0.25), "0.000")} to {Number(growth.Slopes.At(0.75), "0.000")}", Number(growth.Same, "0.00"),
        Number(goal, "0.00"), growth.Slopes.Median <= goal ? "yes" : "NO",
    ];

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <param name="Slopes">One for each round.</param>
    /// <param name="Same">Of A against A, at the size where it is worst.</param>
    /// <param name="Spread">Of the costs, at the size where it is widest.</param>
    private sealed record Growth(Sample Slopes, double Same, double Spread);
}
