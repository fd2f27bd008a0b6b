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

    /// <summary>Microseconds of one placement, round by round.</summary>
    public List<double> Costs { get; } = [];

    public Sample Cost => new(Costs);

    /// <summary>CPU time of this process and of etcd for one placement, microseconds.</summary>
    public List<double> Cpu { get; } = [];

    /// <summary>The same against the same: each round against the one beside it, in turn the earlier and the later first.</summary>
    public double Same => new Sample(Costs.Chunk(2).Select((pair, n) => n % 2 == 0 ? pair[0] / pair[1] : pair[1] / pair[0])).Median;

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

    public Task<Block> MeasureAsync() => Block.OfAsync(_side, _etcd.Process);

    /// <param name="there">Its block on the way there.</param>
    /// <param name="back">Its block on the way back.</param>
    public void Add(Block there, Block back)
    {
        Costs.Add((there.Elapsed + back.Elapsed).TotalMicroseconds / (there.Operations + back.Operations));
        Cpu.Add((there.OwnCpuMicroseconds + there.ServerCpuMicroseconds + back.OwnCpuMicroseconds + back.ServerCpuMicroseconds) / 2);
    }

    public void Forget()
    {
        Costs.Clear();
        Cpu.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _parts.DisposeAsync();
        await _etcd.DisposeAsync();
        _folder.Dispose();
    }
}
