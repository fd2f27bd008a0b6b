using System.Collections.Immutable;

namespace Ccm.Bench.Measuring;

/// <summary>Measured values; at least one.</summary>
internal sealed class Sample(IEnumerable<double> values)
{
    private readonly ImmutableArray<double> _sorted = [.. values.Order()];

    public int Count => _sorted.Length;

    public double Median => At(0.5);

    public double Max => _sorted[^1];

    /// <summary>The distance of the quartiles, as a share of the median.</summary>
    public double Spread => (At(0.75) - At(0.25)) / Median;

    /// <summary>The value below which a share of 0 to 1 lies, between neighbours by their distance.</summary>
    public double At(double share)
    {
        var place = share * (_sorted.Length - 1);
        var below = (int)place;
        return below + 1 == _sorted.Length ? _sorted[below] : _sorted[below] + ((place - below) * (_sorted[below + 1] - _sorted[below]));
    }
}
