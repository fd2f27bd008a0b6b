using System.Globalization;
using System.Net.Http.Json;
using Ccm.Bench.MainJob;
using Ccm.Bench.Measuring;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Bench.Churn;

/// <summary>10,000 labs at once on 500 workers, reserved over REST and started by the engine, all in one process: what memory that takes.</summary>
internal static class StandingBench
{
    private const int Labs = 10_000;
    private const int Workers = 500;
    private const int AtOnce = 4;

    /// <summary>1.5 GB.</summary>
    private const double GoalMb = 1500;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>While nothing is asked of it; sweeps go on.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    public static async Task RunAsync()
    {
        await using var watched = await WatchedPortal.StartAsync("--Ccm:Simulator:Speed=600");
        await FullFleet.PublishAsync(watched.Portal, Workers, Labs / Workers);
        await watched.UntilAsync(fleet => fleet.Workers.Values.Count(worker => worker.Value.State == WorkerState.Running) == Workers, $"{Workers} workers run", Patience);
        var began = TimeProvider.System.GetTimestamp();
        await Parallel.ForAsync(0, Labs, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, _) =>
        {
            using var body = JsonContent.Create(new { definitionId = FullFleet.Definition });
            await watched.Portal.PostAsync("/api/v1/instances", body);
        });
        var reserved = TimeProvider.System.GetElapsedTime(began);
        await watched.UntilAsync(fleet => Running(fleet) == Labs, $"{Labs} labs run", Patience);
        var run = TimeProvider.System.GetElapsedTime(began);
        var atOnce = watched.Portal.ResidentMegabytes().Now;
        await Task.Delay(Rest, TimeProvider.System);
        var (rested, peak) = watched.Portal.ResidentMegabytes();
        Print(watched.Cache.Current, reserved, run, atOnce, rested, peak);
    }

    private static void Print(FleetSnapshot fleet, TimeSpan reserved, TimeSpan run, double atOnce, double rested, double peak)
    {
        var full = fleet.Workers.Values.Count(worker => worker.Available.Nodes == 0);
        var met = peak < GoalMb && Running(fleet) == Labs && full == Workers;
        Report.Table(
        [
            ["labs running at once in one process", "measured", "goal", "met"],
            ["labs that run a minute later", Number(Running(fleet)), Number(Labs), Running(fleet) == Labs ? "yes" : "NO"],
            ["workers, each of them full", Number(full), Number(Workers), full == Workers ? "yes" : "NO"],
            [$"reserving them over REST, {AtOnce} at once, s", Number(reserved.TotalSeconds), "", ""],
            ["from the first reservation until all ran, s", Number(run.TotalSeconds), "", ""],
            ["memory of the process when all ran, MB", Number(atOnce), "", ""],
            ["a minute later, MB", Number(rested), "", ""],
            ["its peak, MB", Number(peak), Number(GoalMb), peak < GoalMb ? "yes" : "NO"],
        ]);
        Report.Json(new
        {
            bench = "standing",
            labs = Running(fleet),
            workers = full,
            reserveSeconds = Report.Rounded(reserved.TotalSeconds),
            runSeconds = Report.Rounded(run.TotalSeconds),
            residentMegabytes = Report.Rounded(rested),
            residentPeakMegabytes = Report.Rounded(peak),
            runs = 1,
            goalsMet = met,
        });
    }

    private static int Running(FleetSnapshot fleet) => fleet.In(InstanceState.Running).Count();

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
