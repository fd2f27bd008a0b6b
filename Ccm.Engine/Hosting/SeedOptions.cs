using Ccm.Engine.Domain;

namespace Ccm.Engine.Hosting;

/// <summary>Settings under <c>Ccm:Seed</c>: what a new installation begins with. What exists, or was ever deleted, is left alone.</summary>
public sealed class SeedOptions
{
    public const string Section = "Ccm:Seed";

    /// <summary>By name, as in <c>Ccm:Seed:Templates:small:CpuCores</c>.</summary>
    public Dictionary<string, TemplateSeed> Templates { get; init; } = [];

    /// <summary>Publishes three small labs to try.</summary>
    public bool DemoLabs { get; init; } = true;
}

/// <summary>A worker template as configured; amounts as in <see cref="WorkerTemplate"/>.</summary>
public sealed class TemplateSeed
{
    public string Description { get; init; } = "";
    public bool Enabled { get; init; } = true;
    public string Provider { get; init; } = "simulated";
    public string Region { get; init; } = "local";
    public string InstanceType { get; init; } = "";
    public int CpuCores { get; init; }
    public int MemoryGb { get; init; }
    public int StorageGb { get; init; }
    public int CpuOvercommit { get; init; } = 8;
    public LicenseType LicenseType { get; init; }
    public int MaxNodes { get; init; }
    public string CmlVersion { get; init; } = "2.8.1";
    public int PortRangeStart { get; init; } = 2000;
    public int PortRangeEnd { get; init; } = 9999;
    public int StartupTimeMinutes { get; init; } = 18;
    public int RestartTimeMinutes { get; init; } = 5;
    public int DrainTimeoutHours { get; init; } = 4;
    public int MinWorkers { get; init; }
    public int MaxWorkers { get; init; } = 10;
    public decimal CostPerHour { get; init; }

    public WorkerTemplate ToTemplate(string name) => new()
    {
        Name = name,
        Description = Description,
        Enabled = Enabled,
        Provider = Provider,
        Region = Region,
        InstanceType = InstanceType,
        CpuCores = CpuCores,
        MemoryGb = MemoryGb,
        StorageGb = StorageGb,
        CpuOvercommit = CpuOvercommit,
        LicenseType = LicenseType,
        MaxNodes = MaxNodes,
        CmlVersion = CmlVersion,
        PortRange = new PortRange(PortRangeStart, PortRangeEnd),
        StartupTimeMinutes = StartupTimeMinutes,
        RestartTimeMinutes = RestartTimeMinutes,
        DrainTimeoutHours = DrainTimeoutHours,
        MinWorkers = MinWorkers,
        MaxWorkers = MaxWorkers,
        CostPerHour = CostPerHour,
    };
}
