using Ccm.Bench.Measuring;
using Ccm.Bench.Schedule;
using Ccm.Bench.Servers;

namespace Ccm.Bench.Growth;

/// <summary>A fleet of one size on an etcd of its own, and what placements cost there.</summary>
internal sealed class GrownFleet : IAsyncDisposable
{
    private readonly EtcdProcess _etcd;
    private readonly TemporaryFolder _folder;
    private readonly SchedulerParts _parts;
    private readonly PlacingSide _side;

    private GrownFleet(int size, EtcdProcess etcd, TemporaryFolder folder, SchedulerParts parts, PlacingSide side) =>
        (Size, _etcd, _folder, _parts, _side) = (size, etcd, folder, parts, side);

    public int Size { get; }

    /// <summary>Microseconds of one placement, block by block.</summary>
    public List<double> Costs { get; } = [];

    public Sample Cost => new(Costs);

    /// <summary>The same against the same: every other block against the rest.</summary>
    public double Halves => new Sample(Costs.Where((_, n) => n % 2 == 0)).Median / new Sample(Costs.Where((_, n) => n % 2 == 1)).Median;

    /// <param name="running">Instances that run already.</param>
    /// <param name="labs">Placed in one block.</param>
    public static async Task<GrownFleet> StartAsync(int size, int workers, int running, int labs, Faults faults)
    {
        var etcd = await EtcdProcess.StartAsync();
        var folder = new TemporaryFolder();
        var parts = await SchedulerParts.StartAsync(etcd.Endpoint, folder.Path, faults);
        var fleet = new BenchFleet(workers, labs);
        foreach (var puts in fleet.Running(running).Chunk(100))
            await parts.WriteAsync(puts, []);
        return new GrownFleet(size, etcd, folder, parts, new PlacingSide(fleet, parts));
    }

    public async Task MeasureAsync() => Costs.Add(1_000_000 / (await Block.OfAsync(_side, _etcd.Process)).PerSecond);

    public async ValueTask DisposeAsync()
    {
        await _parts.DisposeAsync();
        await _etcd.DisposeAsync();
        _folder.Dispose();
    }
}
