using System.Globalization;
using Ccm.Bench.Measuring;
using Ccm.Bench.Schedule;
using Ccm.Bench.Servers;

namespace Ccm.Bench.Growth;

/// <summary>
/// The slope, on logarithmic axes, of what one placement costs against what is there already, and of what one change costs against the
/// rows of the page that shows it: 0 is the same for any size, 1 is in proportion to it. Each size has an etcd and an engine or a portal
/// of its own; in each round all of them are measured there and back, and the round yields a slope, so that what slows the machine down
/// meets all sizes alike.
/// </summary>
internal static class GrowthBench
{
    /// <summary>An even number: A against A takes them in pairs.</summary>
    private const int Rounds = 12;
    private const int WarmUp = 2;

    /// <summary>Placed in one block; 100 workers hold 3,000.</summary>
    private const int Labs = 2000;

    private const double InstancesGoal = 0.05, WorkersGoal = 0.15, RowsGoal = 0.05;
    private static readonly int[] Instances = [1_000, 10_000, 100_000];
    private static readonly int[] Workers = [100, 1_000, 10_000];
    private static readonly int[] Rows = [100, 1_000, 10_000, 100_000];

    public static async Task RunAsync()
    {
        using var faults = new Faults();
        var instances = await MeasureAsync("instances", "a placement", Instances, async count => await GrownFleet.StartAsync(count, workers: 500, running: count, Labs, faults));
        var workers = await MeasureAsync("workers", "a placement", Workers, async count => await GrownFleet.StartAsync(count, workers: count, running: 1_000, Labs, faults));
        faults.Print();
        var rows = await MeasureAsync("rows", "a change, the portal's CPU", Rows, async count => await GrownPage.StartAsync(count));
        Report.Table(
        [
            ["cost against", "slope", "quartiles", "A against A", "goal", "met"],
            Row("of a placement: existing instances, 1,000 to 100,000", instances, InstancesGoal),
            Row("of a placement: workers, 100 to 10,000", workers, WorkersGoal),
            Row("of a change in an open page: rows, 100 to 100,000", rows, RowsGoal),
        ]);
        Report.Json(new
        {
            bench = "growth",
            instances = Report.Rounded(instances.Slopes.Median),
            workers = Report.Rounded(workers.Slopes.Median),
            rows = Report.Rounded(rows.Slopes.Median),
            aaRatio = Report.Rounded(new[] { instances.Same, workers.Same, rows.Same }.MaxBy(Distance)),
            pairs = Rounds,
            spread = Report.Rounded(new[] { instances.Spread, workers.Spread, rows.Spread }.Max()),
        });
    }

    private static async Task<Growth> MeasureAsync(string what, string operation, int[] sizes, Func<int, Task<Grown>> start)
    {
        var fleets = new List<Grown>();
        try
        {
            foreach (var size in sizes)
                fleets.Add(await start(size));
            await RoundsAsync(fleets, WarmUp);
            var growth = await RoundsAsync(fleets, Rounds);
            if (growth.Same is < 0.9 or > 1.1)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A against A was {growth.Same:0.00}, more than 10 % off; once more."));
                growth = await RoundsAsync(fleets, Rounds);
            }
            Report.Table(
            [
                [what, $"µs {operation}", "quartiles", "CPU µs"],
                .. fleets.Select(fleet => new[]
                {
                    fleet.Size.ToString("N0", CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{fleet.Cost.Median:0.0}"),
                    string.Create(CultureInfo.InvariantCulture, $"{fleet.Cost.At(0.25):0.0}-{fleet.Cost.At(0.75):0.0}"),
                    string.Create(CultureInfo.InvariantCulture, $"{new Sample(fleet.Cpu).Median:0.0}"),
                }),
            ]);
            Console.WriteLine();
            return growth;
        }
        finally
        {
            foreach (var fleet in fleets)
                await fleet.DisposeAsync();
        }
    }

    private static async Task<Growth> RoundsAsync(List<Grown> fleets, int rounds)
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
