using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Ccm.Bench.Measuring;

/// <summary>Two sides in alternating blocks, so that what slows the machine down meets both.</summary>
/// <param name="First">The blocks of one side; the n-th is paired with the n-th of <paramref name="Second"/>.</param>
internal sealed record Comparison(string Against, ImmutableArray<Block> First, ImmutableArray<Block> Second)
{
    /// <summary>Of each pair, how many times as many operations a second the first side did.</summary>
    public Sample Ratios => new([.. First.Zip(Second, (first, second) => first.PerSecond / second.PerSecond)]);

    /// <summary>Of each pair, how many times as much of its server's CPU the first side took for one operation.</summary>
    public Sample ServerCpuRatios => new([.. First.Zip(Second, (first, second) => first.ServerCpuMicroseconds / second.ServerCpuMicroseconds)]);

    public static string[] Head { get; } = ["ours against", "ours/s", "theirs/s", "ratio", "quartiles", "ours CPU µs", "of it etcd", "theirs CPU µs", "of it etcd"];

    /// <summary>Under <see cref="Head"/>.</summary>
    public string[] Row() =>
    [
        Against, Text(First, block => block.PerSecond), Text(Second, block => block.PerSecond),
        string.Create(CultureInfo.InvariantCulture, $"{Ratios.Median:0.00}"),
        string.Create(CultureInfo.InvariantCulture, $"{Ratios.At(0.25):0.00}-{Ratios.At(0.75):0.00}"),
        Text(First, block => block.OwnCpuMicroseconds + block.ServerCpuMicroseconds), Text(First, block => block.ServerCpuMicroseconds),
        Text(Second, block => block.OwnCpuMicroseconds + block.ServerCpuMicroseconds), Text(Second, block => block.ServerCpuMicroseconds),
    ];

    /// <summary>Runs A B B A until there are <paramref name="pairs"/> (an even number) of neighbours.</summary>
    /// <param name="secondServer">Of the second side, when it has one of its own.</param>
    public static async Task<Comparison> OfAsync(ISide first, ISide second, int pairs, Process server, Process? secondServer = null)
    {
        var (ours, theirs) = (ImmutableArray.CreateBuilder<Block>(), ImmutableArray.CreateBuilder<Block>());
        for (var n = 0; n < pairs; n += 2)
        {
            ours.Add(await Block.OfAsync(first, server));
            theirs.Add(await Block.OfAsync(second, secondServer ?? server));
            theirs.Add(await Block.OfAsync(second, secondServer ?? server));
            ours.Add(await Block.OfAsync(first, server));
        }
        return new Comparison(second.Name, ours.ToImmutable(), theirs.ToImmutable());
    }

    private static string Text(ImmutableArray<Block> blocks, Func<Block, double> of)
    {
        var median = new Sample(blocks.Select(of)).Median;
        return median.ToString(median < 10 ? "N2" : "N0", CultureInfo.InvariantCulture);
    }
}
