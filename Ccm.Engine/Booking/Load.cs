using Ccm.Engine.Domain;

namespace Ccm.Engine.Booking;

/// <summary>Amounts of a whole fleet or of one lab, ports among them.</summary>
/// <param name="CpuCores">Cores, after over-commit.</param>
/// <param name="MemoryGb">GiB.</param>
/// <param name="StorageGb">GiB.</param>
/// <param name="Nodes">Licensed nodes.</param>
public sealed record Load(long CpuCores, long MemoryGb, long StorageGb, long Nodes, long Ports)
{
    public static readonly Load None = new(0, 0, 0, 0, 0);

    public static Load operator +(Load left, Load right) => new(
        left.CpuCores + right.CpuCores, left.MemoryGb + right.MemoryGb, left.StorageGb + right.StorageGb, left.Nodes + right.Nodes, left.Ports + right.Ports);

    public static Load Add(Load left, Load right) => left + right;

    internal static Load Of(Claim claim) => Of(claim.Demand, claim.Ports);

    internal static Load Of(Capacity amount, int ports, long times = 1) =>
        new(times * amount.CpuCores, times * amount.MemoryGb, times * amount.StorageGb, times * amount.Nodes, times * ports);

    internal Load With(Load other, long times) => new(
        CpuCores + (times * other.CpuCores), MemoryGb + (times * other.MemoryGb), StorageGb + (times * other.StorageGb), Nodes + (times * other.Nodes), Ports + (times * other.Ports));

    internal bool IsWithin(PlaceKind kind) => CpuCores <= kind.Declared.CpuCores && MemoryGb <= kind.Declared.MemoryGb && StorageGb <= kind.Declared.StorageGb
        && Nodes <= kind.Declared.Nodes && Ports <= kind.Ports;

    /// <exception cref="ArgumentOutOfRangeException">The limit is no amount.</exception>
    public long this[ForecastLimit limit] => limit switch
    {
        ForecastLimit.CpuCores => CpuCores,
        ForecastLimit.MemoryGb => MemoryGb,
        ForecastLimit.StorageGb => StorageGb,
        ForecastLimit.Nodes => Nodes,
        ForecastLimit.Ports => Ports,
        _ => throw new ArgumentOutOfRangeException(nameof(limit)),
    };
}

/// <summary>What there is too little of.</summary>
public enum ForecastLimit
{
    CpuCores, MemoryGb, StorageGb, Nodes, Ports,

    /// <summary>No worker that exists, and none that an enabled template makes, is large enough, licensed and of the version.</summary>
    Worker,

    /// <summary>No worker that exists, and none that an enabled template makes, is in the region that is asked for.</summary>
    Region,

    /// <summary>No worker could be ready before the slot ends.</summary>
    StartUp,
}
