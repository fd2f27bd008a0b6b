using Ccm.Bench.Measuring;
using Ccm.Bench.Schedule;
using Ccm.Bench.Servers;

namespace Ccm.Bench.Growth;

/// <summary>A fleet of one size on an etcd of its own, and what placements cost there.</summary>
internal sealed class GrownFleet : Grown
{
    private readonly EtcdProcess _etcd;
    private readonly TemporaryFolder _folder;
    private readonly SchedulerParts _parts;
    private readonly PlacingSide _side;

    private GrownFleet(int size, EtcdProcess etcd, TemporaryFolder folder, SchedulerParts parts, PlacingSide side) : base(size) =>
        (_etcd, _folder, _parts, _side) = (etcd, folder, parts, side);

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

    public override Task<Block> MeasureAsync() => Block.OfAsync(_side, _etcd.Process);

    public override async ValueTask DisposeAsync()
    {
        await _parts.DisposeAsync();
        await _etcd.DisposeAsync();
        _folder.Dispose();
    }
}
