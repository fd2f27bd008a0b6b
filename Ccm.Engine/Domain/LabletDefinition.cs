using System.Collections.Immutable;

namespace Ccm.Engine.Domain;

/// <summary>One immutable version of a lab that people may reserve. The lab's source text is kept beside it, never in it.</summary>
public sealed record LabletDefinition
{
    /// <summary>Identity: lower case letters, digits and dashes, at most 63.</summary>
    public required string Name { get; init; }

    /// <summary>Semantic version, unique within the name.</summary>
    public required string Version { get; init; }

    public string Title { get; init; } = "";
    public string Description { get; init; } = "";

    /// <summary>SHA-256 of the lab source as given, lower-case hex.</summary>
    public required string LabSha256 { get; init; }

    public string? ArtifactUri { get; init; }
    public required LabResources Resources { get; init; }

    /// <summary>CML versions it runs on, as a semantic version range; empty means any.</summary>
    public string CmlVersionRange { get; init; } = "";

    /// <summary>Licences it may run under; empty means any.</summary>
    public ImmutableArray<LicenseType> LicenseAffinity { get; init; } = [];

    /// <summary>Where its workers must be; empty means anywhere.</summary>
    public string Region { get; init; } = "";

    public required int NodeCount { get; init; }

    /// <summary>Nodes that CML charges: all but <c>external_connector</c> and <c>unmanaged_switch</c>.</summary>
    public required int LicensedNodeCount { get; init; }

    public int LinkCount { get; init; }

    /// <summary>Names of the ports each instance holds.</summary>
    public ImmutableArray<string> PortNames { get; init; } = [];

    public int MaxDurationMinutes { get; init; } = 240;
    public int WarmPoolDepth { get; init; }
    public string? GradingRulesUri { get; init; }
    public string? OwnerNotification { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public string ChangeNote { get; init; } = "";

    /// <summary>The operation that published it.</summary>
    public required string OperationId { get; init; }
}

public enum DefinitionStatus { Active, Deprecated, Deleted }

public enum LicenseType { Personal, Evaluation, Enterprise }
