using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Json;
using Ccm.Bench.Measuring;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.Watching;

namespace Ccm.Bench.Churn;

/// <summary>
/// 5,000 labs come and go on etcd within half an hour: reserved one by one over 24 minutes, each for a minute. Afterwards every place and
/// port must be given back, and while it lasts neither etcd nor the process may grow.
/// </summary>
internal static class ChurnBench
{
    private const int Labs = 5000;
    private const double FlatGoal = 1.10;
    private static readonly TimeSpan Reserving = TimeSpan.FromMinutes(24);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly string[] Settings =
        ["--Ccm:Simulator:Speed=600", "--Ccm:Retention:Terminated=00:05:00", "--Ccm:Retention:History=00:05:00", "--Ccm:Scaling:IdleCooldown=00:02:00"];

    public static async Task RunAsync()
    {
        await using var watched = await WatchedPortal.StartAsync(Settings);
        await watched.UntilAsync(fleet => fleet.Definitions.Count >= DemoLabs.All.Length, "the demo labs are published", Patience);
        await using var lives = new Lives(watched.Cache);
        Console.WriteLine(Minute.Head);
        using var stop = new CancellationTokenSource();
        var began = TimeProvider.System.GetTimestamp();
        var reserved = new Counter();
        var minutes = SampleAsync(watched, reserved, stop.Token);
        await ReserveAsync(watched, reserved, began);
        var loaded = (int)TimeProvider.System.GetElapsedTime(began).TotalMinutes;
        await watched.UntilAsync(fleet => Lives.Live(fleet) == 0, "no lab is left", Patience);
        var took = TimeProvider.System.GetElapsedTime(began);
        await stop.CancelAsync();
        Print([.. (await minutes).Take(loaded)], watched.Cache.Current, lives, took);
    }

    /// <summary>The demo labs in turn, evenly spread over the time.</summary>
    private static async Task ReserveAsync(WatchedPortal watched, Counter reserved, long began)
    {
        for (; reserved.Value < Labs; reserved.Value++)
        {
            var early = (Reserving / Labs * reserved.Value) - TimeProvider.System.GetElapsedTime(began);
            if (early > TimeSpan.Zero)
                await Task.Delay(early, TimeProvider.System);
            using var body = JsonContent.Create(new { definitionId = DemoLabs.All[reserved.Value % DemoLabs.All.Length].Name, durationMinutes = 1 });
            await watched.Portal.PostAsync("/api/v1/instances", body);
        }
    }

    /// <summary>A line each minute until <paramref name="stop"/>.</summary>
    private static async Task<ImmutableArray<Minute>> SampleAsync(WatchedPortal watched, Counter reserved, CancellationToken stop)
    {
        var minutes = ImmutableArray.CreateBuilder<Minute>();
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var (fleet, status) = (watched.Cache.Current, await watched.State.GetStatusAsync(stop));
                var live = Lives.Live(fleet);
                minutes.Add(new Minute(
                    minutes.Count + 1, live, reserved.Value - live, fleet.Workers.Values.Count(worker => worker.Value.State is not (WorkerState.Pending or WorkerState.Terminated)),
                    watched.Portal.ResidentMegabytes().Now, status.SizeBytes / 1e6, status.UsedBytes.GetValueOrDefault() / 1e6));
                Console.WriteLine(minutes[^1].Line);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
        return minutes.ToImmutable();
    }

    private static void Print(ImmutableArray<Minute> loaded, FleetSnapshot after, Lives lives, TimeSpan took)
    {
        var held = after.Workers.Values.Count(worker => worker.Available != worker.Value.Declared);
        var ports = after.Workers.Values.Count(worker => !worker.Ports.Value.IsEmpty);
        var (memory, size, used) = (Minute.Growth(loaded, minute => minute.MemoryMb), Minute.Growth(loaded, minute => minute.EtcdMb), Minute.Growth(loaded, minute => minute.EtcdUsedMb));
        Console.WriteLine();
        Report.Table(
        [
            [$"{Labs:N0} labs of a minute, {lives.MostAtOnce} at once at the most", "measured", "goal", "met"],
            ["ran and ended Completed", Number(lives.Completed), Number(Labs), Met(lives.Completed == Labs)],
            ["from the first reservation until none was left, minutes", took.TotalMinutes.ToString("0.0", CultureInfo.InvariantCulture), Number(Limit.TotalMinutes), Met(took <= Limit)],
            ["workers that hold capacity afterwards", Number(held), "0", Met(held == 0)],
            ["workers that hold ports afterwards", Number(ports), "0", Met(ports == 0)],
            ["etcd's database, last third of the load against the second", Ratio(size), Ratio(FlatGoal), Met(size <= FlatGoal)],
            ["of it in use, the same", Ratio(used), Ratio(FlatGoal), Met(used <= FlatGoal)],
            ["memory of the process, the same", Ratio(memory), Ratio(FlatGoal), Met(memory <= FlatGoal)],
        ]);
        Report.Json(new
        {
            bench = "churn",
            labs = Labs,
            completed = lives.Completed,
            mostAtOnce = lives.MostAtOnce,
            minutes = Report.Rounded(took.TotalMinutes),
            workersHoldingCapacity = held,
            workersHoldingPorts = ports,
            etcdGrowth = Report.Rounded(size),
            etcdUsedGrowth = Report.Rounded(used),
            memoryGrowth = Report.Rounded(memory),
            memoryMb = Report.Rounded(loaded[^1].MemoryMb),
            etcdMb = Report.Rounded(loaded[^1].EtcdMb),
            runs = 1,
            goalsMet = lives.Completed == Labs && took <= Limit && held == 0 && ports == 0 && size <= FlatGoal && used <= FlatGoal && memory <= FlatGoal,
        });
    }

    private static string Met(bool met) => met ? "yes" : "NO";

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>Reservations so far, read by the minute's line while they are made.</summary>
    private sealed class Counter
    {
        public volatile int Value;
    }
}
