using Ccm.Bench.Measuring;

namespace Ccm.Bench.Growth;

/// <summary>Something of one size, and what an operation on it costs, round by round.</summary>
internal abstract class Grown(int size) : IAsyncDisposable
{
    public int Size => size;

    /// <summary>Microseconds of one operation, round by round.</summary>
    public List<double> Costs { get; } = [];

    public Sample Cost => new(Costs);

    /// <summary>CPU time of this process and of its server for one operation, microseconds.</summary>
    public List<double> Cpu { get; } = [];

    /// <summary>The same against the same: each round against the one beside it, in turn the earlier and the later first.</summary>
    public double Same => new Sample(Costs.Chunk(2).Select((pair, n) => n % 2 == 0 ? pair[0] / pair[1] : pair[1] / pair[0])).Median;

    public abstract Task<Block> MeasureAsync();

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

    public abstract ValueTask DisposeAsync();
}
