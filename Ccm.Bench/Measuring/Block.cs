using System.Diagnostics;

namespace Ccm.Bench.Measuring;

/// <summary>One side's work between two looks at the clock.</summary>
/// <param name="OwnCpu">CPU time of this process, whatever it did meanwhile.</param>
/// <param name="ServerCpu">CPU time of the server it talks to.</param>
internal sealed record Block(int Operations, TimeSpan Elapsed, TimeSpan OwnCpu, TimeSpan ServerCpu)
{
    public double PerSecond => Operations / Elapsed.TotalSeconds;

    public double OwnCpuMicroseconds => OwnCpu.TotalMicroseconds / Operations;

    public double ServerCpuMicroseconds => ServerCpu.TotalMicroseconds / Operations;

    /// <summary>Prepares, measures what <paramref name="side"/> runs, and lets it settle.</summary>
    public static async Task<Block> OfAsync(ISide side, Process server)
    {
        await side.PrepareAsync();
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        var (own, served, began) = (self.TotalProcessorTime, CpuTime.Of(server), TimeProvider.System.GetTimestamp());
        var operations = await side.RunAsync();
        var elapsed = TimeProvider.System.GetElapsedTime(began);
        self.Refresh();
        var block = new Block(operations, elapsed, self.TotalProcessorTime - own, CpuTime.Of(server) - served);
        await side.SettleAsync();
        return block;
    }
}

/// <summary>One of the things compared. Only <see cref="RunAsync"/> is on the clock.</summary>
internal interface ISide
{
    string Name { get; }

    Task PrepareAsync();

    /// <returns>Operations done.</returns>
    Task<int> RunAsync();

    /// <summary>Returns once nothing of it is under way, so that it does not run into the next block.</summary>
    Task SettleAsync();
}
