using System.Text.Json.Serialization;

namespace Ccm.Engine.Domain;

/// <summary>A kind of host that the fleet may grow by. Each edit makes a new revision; workers keep the one they were created with.</summary>
public sealed record WorkerTemplate
{
    /// <summary>Unique key: lower case letters, digits and dashes, at most 63.</summary>
    public required string Name { get; init; }

    /// <summary>From 1; one more with every edit.</summary>
    public int Revision { get; init; } = 1;

    public string Description { get; init; } = "";
    public bool Enabled { get; init; } = true;
    public string Provider { get; init; } = "simulated";
    public string Region { get; init; } = "local";
    public string InstanceType { get; init; } = "";

    /// <summary>Physical cores.</summary>
    public required int CpuCores { get; init; }

    /// <summary>GiB.</summary>
    public required int MemoryGb { get; init; }

    /// <summary>GiB.</summary>
    public required int StorageGb { get; init; }

    /// <summary>Virtual cores per physical one.</summary>
    public int CpuOvercommit { get; init; } = 8;

    public required LicenseType LicenseType { get; init; }

    /// <summary>Licensed nodes under an ENTERPRISE licence; PERSONAL and EVALUATION have limits of their own.</summary>
    public int MaxNodes { get; init; }

    public string CmlVersion { get; init; } = "2.8.1";
    public PortRange PortRange { get; init; } = new(2000, 9999);

    /// <summary>Minutes from creation to ready.</summary>
    public int StartupTimeMinutes { get; init; } = 18;

    /// <summary>Minutes from stopped to ready.</summary>
    public int RestartTimeMinutes { get; init; } = 5;

    public int DrainTimeoutHours { get; init; } = 4;
    public int MinWorkers { get; init; }
    public int MaxWorkers { get; init; } = 10;

    /// <summary>In the operator's currency.</summary>
    public decimal CostPerHour { get; init; }

    public bool IsSeeded { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public string CreatedBy { get; init; } = "";

    /// <summary>The operation that wrote this revision.</summary>
    public string OperationId { get; init; } = "";

    /// <summary>What a worker of this template declares: cores after over-commit, nodes as its licence allows.</summary>
    public Capacity Declared => new(CpuCores * CpuOvercommit, MemoryGb, StorageGb, Licences.NodeLimit(LicenseType, MaxNodes));

    [JsonIgnore]
    public WorkerKind Kind => new(LicenseType, CmlVersion, Region);
}

public static class Licences
{
    /// <summary>Licensed nodes one worker may run at once.</summary>
    public static int NodeLimit(LicenseType license, int maxNodes) => license switch
    {
        LicenseType.Personal => 20,
        LicenseType.Evaluation => 5,
        LicenseType.Enterprise => maxNodes,
        _ => throw new ArgumentOutOfRangeException(nameof(license)),
    };
}
