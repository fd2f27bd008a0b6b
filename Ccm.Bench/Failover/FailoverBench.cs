using System.Diagnostics;
using System.Net.Http.Json;
using Ccm.Bench.MainJob;
using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;

namespace Ccm.Bench.Failover;

/// <summary>
/// From the signal that ends the leader until the first lab is placed by its successor, seen at etcd. Reservations come in at the
/// survivor before, while and after, as they would.
/// </summary>
internal static class FailoverBench
{
    private const int Runs = 10;
    private const int Before = 10;
    private const double CleanGoal = 100;
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task RunAsync()
    {
        await using var replicas = await Replicas.StartAsync($"--Ccm:Leadership:LeaseTtl={Ttl}");
        await FullFleet.PrepareAsync(replicas.Portals[0], workers: 60);
        await using var watch = await TakeoverWatch.StartAsync(replicas.State);
        var (clean, killed) = (new List<Takeover>(), new List<Takeover>());
        await TakeOverAsync(replicas, watch, Signals.Terminate);
        for (var run = 0; run < Runs; run++)
        {
            clean.Add(await TakeOverAsync(replicas, watch, Signals.Terminate));
            killed.Add(await TakeOverAsync(replicas, watch, process => process.Kill(entireProcessTree: true)));
        }
        Print(clean, killed, watch.DoubleAssigned);
    }

    private static async Task<Takeover> TakeOverAsync(Replicas replicas, TakeoverWatch watch, Action<Process> end)
    {
        var (leader, standby) = await replicas.RolesAsync();
        for (var n = 0; n < Before; n++)
            await ReserveAsync(standby);
        var placed = watch.NextAsync();
        end(leader.Process);
        await ReserveUntilAsync(standby, placed);
        var takeover = await placed;
        await leader.Process.WaitForExitAsync();
        await leader.RunAsync();
        return takeover;
    }

    /// <summary>One after the other, and after ten at a slower pace, so that a kill does not fill the fleet.</summary>
    private static async Task ReserveUntilAsync(PortalProcess portal, Task placed)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var n = 0; !placed.IsCompleted; n++)
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new BenchException($"No lab was placed within {Patience.TotalSeconds} s after the leader had ended.");
            await ReserveAsync(portal);
            await Task.WhenAny(placed, Task.Delay(n < 10 ? Every : Every * 100, TimeProvider.System));
        }
    }

    private static async Task ReserveAsync(PortalProcess portal)
    {
        using var body = JsonContent.Create(new { definitionId = FullFleet.Definition, durationMinutes = 1 });
        await portal.PostAsync("/api/v1/instances", body);
    }

    private static void Print(List<Takeover> stopped, List<Takeover> ended, int doubleAssigned)
    {
        var (clean, killed) = (new Sample(stopped.Select(run => run.Placed)), new Sample(ended.Select(run => run.Placed)));
        var killGoal = Ttl.TotalMilliseconds + 1000;
        Report.Table(
        [
            ["the leader's end until its successor placed a lab, ms", "median", "slowest", "goal", "met"],
            ["SIGTERM, until the key is gone", .. Times(stopped.Select(run => run.Gone)), "", ""],
            ["SIGTERM, until the successor leads", .. Times(stopped.Select(run => run.Led)), "", ""],
            ["SIGTERM, until it placed a lab", $"{clean.Median:0}", $"{clean.Max:0}", $"{CleanGoal:0}", clean.Max <= CleanGoal ? "yes" : clean.Median <= CleanGoal ? "by the median" : "NO"],
            [$"kill -9 until it placed a lab, lease of {Ttl.TotalSeconds} s", $"{killed.Median:0}", $"{killed.Max:0}", $"{killGoal:0}", killed.Max <= killGoal ? "yes" : killed.Median <= killGoal ? "by the median" : "NO"],
        ]);
        Console.WriteLine($"{doubleAssigned} labs were given to two workers.");
        Report.Json(new
        {
            bench = "failover",
            cleanMs = Report.Rounded(clean.Median),
            killMs = Report.Rounded(killed.Median),
            ttlMs = Ttl.TotalMilliseconds,
            cleanMaxMs = Report.Rounded(clean.Max),
            killMaxMs = Report.Rounded(killed.Max),
            doubleAssigned,
            aaRatio = Report.Rounded(Halves(stopped)),
            pairs = Runs,
            spread = Report.Rounded(Math.Max(clean.Spread, killed.Spread)),
        });
    }

    private static string[] Times(IEnumerable<double> values)
    {
        var sample = new Sample(values);
        return [$"{sample.Median:0}", $"{sample.Max:0}"];
    }

    /// <summary>The same against the same: every other clean stop against the rest.</summary>
    private static double Halves(List<Takeover> runs) =>
        new Sample(runs.Where((_, n) => n % 2 == 0).Select(run => run.Placed)).Median / new Sample(runs.Where((_, n) => n % 2 == 1).Select(run => run.Placed)).Median;
}
