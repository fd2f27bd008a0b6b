using System.Collections.Immutable;
using System.Globalization;
using Ccm.Bench.Measuring;
using Ccm.Bench.Schedule;
using Ccm.Bench.Servers;


namespace Ccm.Bench.Shield;

/// <summary>
/// What a portal and the people at it cost etcd: CPU for one write with a portal attached against a bare one, with 200 sessions against
/// none, and reads for each page that is looked at. Each side has an etcd of its own.
/// </summary>
internal static class ShieldBench
{
    private const int Pairs = 10;
    private const int Instances = 1000;
    private const int Sessions = 200;
    private const double PortalGoal = 1.10;
    private const double SessionsGoal = 1.02;
    private static readonly string[] Views = ["/instances", "/workers", "/definitions", $"/instances/i-{1:x16}", "/instances?state=PENDING"];

    public static async Task RunAsync()
    {
        await using var bareEtcd = await EtcdProcess.StartAsync();
        await using var quietEtcd = await EtcdProcess.StartAsync();
        await using var busyEtcd = await EtcdProcess.StartAsync();
        using var bare = new WriteSide("bare", bareEtcd);
        using var quiet = new WriteSide("with a portal", quietEtcd);
        using var busy = new WriteSide($"with a portal and {Sessions} sessions", busyEtcd);
        WriteSide[] sides = [bare, quiet, busy];
        foreach (var side in sides)
        {
            await side.FillAsync(new BenchFleet(workers: 0, Instances).Instances);
            await WarmUpAsync(side);
        }
        var same = await CompareAsync(quiet, bare);
        if (same.ServerCpuRatios.Median is < 0.9 or > 1.1)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A against A was {same.ServerCpuRatios.Median:0.00}, more than 10 % off; once more."));
            same = await CompareAsync(quiet, bare);
        }
        await using var portal = await AttachedPortal.StartAsync(quietEtcd);
        await using var crowded = await AttachedPortal.StartAsync(busyEtcd);
        var withPortal = await CompareAsync(quiet, bare);
        // Flat out, sessions would take the processor from etcd and its batches from its writes: the machine would be measured, not what they ask of it.
        (quiet.Paced, busy.Paced) = (true, true);
        var samePaced = await CompareAsync(busy, quiet);
        await crowded.OpenSessionsAsync(Sessions);
        var withSessions = await CompareAsync(busy, quiet);
        var reads = await ReadsPerViewAsync(quietEtcd, portal.Portal);
        Print(same, samePaced, withPortal, withSessions, reads, crowded.Messages);
    }

    private static async Task WarmUpAsync(WriteSide side)
    {
        for (var n = 0; n < 3; n++)
            await Block.OfAsync(side, side.Etcd.Process);
    }

    private static Task<Comparison> CompareAsync(WriteSide first, WriteSide second) => Comparison.OfAsync(first, second, Pairs, first.Etcd.Process, second.Etcd.Process);

    private static async Task<double> ReadsPerViewAsync(EtcdProcess etcd, PortalProcess portal)
    {
        const int Rounds = 6;
        await using var browser = await Chromium.LaunchAsync();
        var page = await browser.SignInAsync(portal.Address);
        var reads = await EtcdReads.BeyondIdleAsync(etcd, async () =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var view in Views)
                {
                    await page.GotoAsync(new Uri(portal.Address, view).ToString());
                    await page.WaitForSelectorAsync("main[data-interactive=true] h1");
                }
            }
        });
        return reads / (Rounds * Views.Length);
    }

    private static void Print(Comparison same, Comparison samePaced, Comparison portal, Comparison sessions, double reads, long messages)
    {
        Report.Table(
        [
            ["etcd's CPU for one write", "µs", "against µs", "ratio", "quartiles", "goal", "met"],
            Row("bare against bare", same, null),
            Row("a portal attached against none", portal, PortalGoal),
            Row("no sessions against none, 100 writes/s", samePaced, null),
            Row($"{Sessions} sessions against none, 100 writes/s", sessions, SessionsGoal),
        ]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{reads:0.##} reads of etcd for each of 30 page views (goal 0); {messages} messages reached the sessions"));
        Report.Json(new
        {
            bench = "shield",
            portal = Report.Rounded(portal.ServerCpuRatios.Median),
            sessions = Report.Rounded(sessions.ServerCpuRatios.Median),
            readsPerView = Report.Rounded(reads),
            aaRatio = Report.Rounded(same.ServerCpuRatios.Median),
            aaRatioPaced = Report.Rounded(samePaced.ServerCpuRatios.Median),
            pairs = Pairs,
            spread = Report.Rounded(new[] { same, samePaced, portal, sessions }.Max(comparison => comparison.ServerCpuRatios.Spread)),
        });
    }

    private static string[] Row(string what, Comparison comparison, double? goal) =>
    [
        what, Micros(comparison.First), Micros(comparison.Second), Number(comparison.ServerCpuRatios.Median),
        $"{Number(comparison.ServerCpuRatios.At(0.25))}-{Number(comparison.ServerCpuRatios.At(0.75))}",
        goal is { } limit ? Number(limit) : "", goal is null ? "" : comparison.ServerCpuRatios.Median <= goal ? "yes" : "NO",
    ];

    private static string Micros(ImmutableArray<Block> blocks) => new Sample(blocks.Select(block => block.ServerCpuMicroseconds)).Median.ToString("0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
