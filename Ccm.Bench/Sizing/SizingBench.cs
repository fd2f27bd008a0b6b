using System.Globalization;
using Ccm.Bench.Measuring;
using Ccm.Bench.Schedule;
using Ccm.Bench.Servers;

namespace Ccm.Bench.Sizing;

/// <summary>
/// What etcd and a replica need for so many instances at once: measured at rest and by whole lives of labs, and from that the table for
/// labs of an hour, with the history of an hour that CCM keeps. No ratio and no goal: a table for whoever sets servers up.
/// </summary>
internal static class SizingBench
{
    private const int LivesMeasured = 500;
    private static readonly int[] Sizes = [1_000, 10_000, 100_000];

    public static async Task RunAsync()
    {
        using var faults = new Faults();
        var rows = new List<Need>();
        foreach (var size in Sizes)
            rows.Add(await MeasureAsync(size, faults));
        faults.Print();
        Report.Table(
        [
            ["instances at once, labs of an hour", .. rows.Select(row => row.Instances.ToString("N0", CultureInfo.InvariantCulture))],
            Row("etcd: writes a second", rows, row => row.WritesPerSecond, "0"),
            Row("etcd: CPU, cores", rows, row => row.Cores, "0.00"),
            Row("etcd: keys at rest, MB", rows, row => row.RestMb, "0"),
            Row("etcd: the same with an hour of history, MB", rows, row => row.WithHistoryMb, "0"),
            Row("etcd: memory measured at rest, MB", rows, row => row.EtcdMemoryMb, "0"),
            Row("a replica: from connecting until it knows all, s", rows, row => row.ListSeconds, "0.0"),
            Row("a replica: what it keeps in memory, MB", rows, row => row.CacheMb, "0"),
        ]);
        Report.Json(new { bench = "sizing", lives = LivesMeasured, sizes = rows });
    }

    private static async Task<Need> MeasureAsync(int instances, Faults faults)
    {
        await using var etcd = await EtcdProcess.StartAsync();
        using var folder = new TemporaryFolder();
        await using var parts = await SchedulerParts.StartAsync(etcd.Endpoint, folder.Path, faults);
        var fleet = new BenchFleet(Math.Max(20, instances / 20), LivesMeasured);
        await parts.WriteAsync([.. fleet.Workers.SelectMany(worker => new[] { worker.State, worker.Capacity, worker.Ports })], []);
        foreach (var puts in fleet.Running(instances).Chunk(100))
            await parts.WriteAsync(puts, []);
        await parts.CaughtUpAsync();
        await parts.CompactAsync();
        var rest = await parts.UsedBytesAsync();
        etcd.Process.Refresh();
        var memory = etcd.Process.WorkingSet64;
        var (listed, kept) = await ReplicaStart.MeasureAsync(etcd.Endpoint);
        var lives = await new LabLives(fleet, parts).RunAsync(etcd.Process);
        var perHour = instances;
        var perLife = (await parts.UsedBytesAsync() - rest) / (double)LivesMeasured;
        return new Need(
            instances, Report.Rounded(perHour * lives.Writes / 3600), Report.Rounded(perHour * lives.ServerCpu.TotalSeconds / 3600),
            Report.Rounded(rest / 1e6), Report.Rounded((rest + (perHour * perLife)) / 1e6), Report.Rounded(memory / 1e6), Report.Rounded(listed.TotalSeconds), Report.Rounded(kept / 1e6));
    }

    private static string[] Row(string what, IEnumerable<Need> rows, Func<Need, double> of, string format) => [what, .. rows.Select(row => of(row).ToString(format, CultureInfo.InvariantCulture))];

    private sealed record Need(int Instances, double WritesPerSecond, double Cores, double RestMb, double WithHistoryMb, double EtcdMemoryMb, double ListSeconds, double CacheMb);
}
