using System.Text.Json;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Api;

/// <param name="CpuCores">Physical cores.</param>
/// <param name="MemoryGb">GiB.</param>
/// <param name="StorageGb">GiB.</param>
internal sealed record TemplateCapacity(int CpuCores, int MemoryGb, int StorageGb);

/// <summary>A worker template in its newest revision; as a request, what it is to become.</summary>
/// <remarks>What was read may be edited and sent back: the fields that CCM itself sets are taken and not looked at.</remarks>
internal sealed record TemplateView
{
    public required string Name { get; init; }

    /// <summary>In a PUT the revision that was edited, so that two edits do not undo each other; absent: whatever is newest.</summary>
    public int? Revision { get; init; }

    public string Description { get; init; } = "";
    public bool Enabled { get; init; } = true;
    public string Provider { get; init; } = "simulated";
    public string Region { get; init; } = "local";
    public string InstanceType { get; init; } = "";
    public required TemplateCapacity Capacity { get; init; }

    /// <summary>Virtual cores per physical one.</summary>
    public int CpuOvercommit { get; init; } = 8;

    public required LicenseType LicenseType { get; init; }

    /// <summary>Licensed nodes under an ENTERPRISE licence.</summary>
    public int MaxNodes { get; init; }

    public string CmlVersion { get; init; } = "2.8.1";
    public PortRange PortRange { get; init; } = new(2000, 9999);
    public int StartupTimeMinutes { get; init; } = 18;
    public int RestartTimeMinutes { get; init; } = 5;
    public int DrainTimeoutHours { get; init; } = 4;
    public int MinWorkers { get; init; }
    public int MaxWorkers { get; init; } = 10;
    public decimal CostPerHour { get; init; }

    /// <summary>What a worker of it declares; CCM's.</summary>
    public JsonElement? Declared { get; init; }

    /// <summary>Workers of it that are not TERMINATED; CCM's.</summary>
    public JsonElement? Workers { get; init; }

    public JsonElement? IsSeeded { get; init; }
    public JsonElement? CreatedAt { get; init; }
    public JsonElement? CreatedBy { get; init; }

    public static TemplateView Of(WorkerTemplate template, int workers) => new()
    {
        Name = template.Name,
        Revision = template.Revision,
        Description = template.Description,
        Enabled = template.Enabled,
        Provider = template.Provider,
        Region = template.Region,
        InstanceType = template.InstanceType,
        Capacity = new TemplateCapacity(template.CpuCores, template.MemoryGb, template.StorageGb),
        CpuOvercommit = template.CpuOvercommit,
        LicenseType = template.LicenseType,
        MaxNodes = template.MaxNodes,
        CmlVersion = template.CmlVersion,
        PortRange = template.PortRange,
        StartupTimeMinutes = template.StartupTimeMinutes,
        RestartTimeMinutes = template.RestartTimeMinutes,
        DrainTimeoutHours = template.DrainTimeoutHours,
        MinWorkers = template.MinWorkers,
        MaxWorkers = template.MaxWorkers,
        CostPerHour = template.CostPerHour,
        Declared = Element(template.Declared),
        Workers = Element(workers),
        IsSeeded = Element(template.IsSeeded),
        CreatedAt = Element(template.CreatedAt),
        CreatedBy = Element(template.CreatedBy),
    };

    public WorkerTemplate ToTemplate(int revision) => new()
    {
        Name = Name,
        Revision = revision,
        Description = Description,
        Enabled = Enabled,
        Provider = Provider,
        Region = Region,
        InstanceType = InstanceType,
        CpuCores = Capacity.CpuCores,
        MemoryGb = Capacity.MemoryGb,
        StorageGb = Capacity.StorageGb,
        CpuOvercommit = CpuOvercommit,
        LicenseType = LicenseType,
        MaxNodes = MaxNodes,
        CmlVersion = CmlVersion,
        PortRange = PortRange,
        StartupTimeMinutes = StartupTimeMinutes,
        RestartTimeMinutes = RestartTimeMinutes,
        DrainTimeoutHours = DrainTimeoutHours,
        MinWorkers = MinWorkers,
        MaxWorkers = MaxWorkers,
        CostPerHour = CostPerHour,
    };

    private static JsonElement Element<T>(T value) => JsonSerializer.SerializeToElement(value, ApiJson.Answers);
}
