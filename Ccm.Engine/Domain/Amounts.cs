namespace Ccm.Engine.Domain;

/// <summary>What a host offers or an instance holds.</summary>
/// <param name="CpuCores">Cores, a host's after over-commit.</param>
/// <param name="MemoryGb">GiB, never over-committed.</param>
/// <param name="StorageGb">GiB.</param>
/// <param name="Nodes">Licensed nodes.</param>
public sealed record Capacity(int CpuCores, int MemoryGb, int StorageGb, int Nodes)
{
    public static readonly Capacity None = new(0, 0, 0, 0);

    public static Capacity operator +(Capacity left, Capacity right) => new(
        left.CpuCores + right.CpuCores, left.MemoryGb + right.MemoryGb, left.StorageGb + right.StorageGb, left.Nodes + right.Nodes);

    public static Capacity operator -(Capacity left, Capacity right) => new(
        left.CpuCores - right.CpuCores, left.MemoryGb - right.MemoryGb, left.StorageGb - right.StorageGb, left.Nodes - right.Nodes);

    public static Capacity Add(Capacity left, Capacity right) => left + right;

    public static Capacity Subtract(Capacity left, Capacity right) => left - right;

    public bool Fits(Capacity demand) => demand.CpuCores <= CpuCores && demand.MemoryGb <= MemoryGb && demand.StorageGb <= StorageGb && demand.Nodes <= Nodes;

    public bool IsWithin(Capacity declared) => CpuCores >= 0 && MemoryGb >= 0 && StorageGb >= 0 && Nodes >= 0 && declared.Fits(this);
}

/// <summary>What a lab asks of its host.</summary>
/// <param name="CpuCores">Virtual cores.</param>
/// <param name="MemoryGb">GiB, rounded up.</param>
/// <param name="StorageGb">GiB, rounded up.</param>
/// <param name="NestedVirt">The lab's nodes need hardware virtualisation inside the host.</param>
public sealed record LabResources(int CpuCores, int MemoryGb, int StorageGb, bool NestedVirt);

/// <summary>Ports <see cref="Start"/> to <see cref="End"/>, both included.</summary>
public sealed record PortRange(int Start, int End)
{
    public int Count => End - Start + 1;
}
