using System.Collections.Immutable;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Api;

/// <summary>One version of a definition. <see cref="Id"/> is its name.</summary>
internal sealed record DefinitionView
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Version { get; init; }
    public required string Title { get; init; }
    public required string Description { get; init; }

    /// <summary>ACTIVE or DEPRECATED; of the definition, so of all versions alike.</summary>
    public required DefinitionStatus Status { get; init; }

    public required int NodeCount { get; init; }

    /// <summary>Nodes that a licence counts.</summary>
    public required int LicensedNodeCount { get; init; }

    public required int LinkCount { get; init; }
    public required LabResources Resources { get; init; }
    public required ImmutableArray<string> PortNames { get; init; }
    public required string CmlVersionRange { get; init; }
    public required ImmutableArray<LicenseType> LicenseAffinity { get; init; }

    /// <summary>Where its workers must be; empty: anywhere.</summary>
    public required string Region { get; init; }

    public required int MaxDurationMinutes { get; init; }
    public required int WarmPoolDepth { get; init; }
    public required string? ArtifactUri { get; init; }
    public required string? GradingRulesUri { get; init; }
    public required string? OwnerNotification { get; init; }
    public required string LabSha256 { get; init; }
    public required string ChangeNote { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }

    public static DefinitionView Of(LabletDefinition definition, DefinitionStatus status) => new()
    {
        Id = definition.Name,
        Name = definition.Name,
        Version = definition.Version,
        Title = definition.Title,
        Description = definition.Description,
        Status = status,
        NodeCount = definition.NodeCount,
        LicensedNodeCount = definition.LicensedNodeCount,
        LinkCount = definition.LinkCount,
        Resources = definition.Resources,
        PortNames = definition.PortNames,
        CmlVersionRange = definition.CmlVersionRange,
        LicenseAffinity = definition.LicenseAffinity,
        Region = definition.Region,
        MaxDurationMinutes = definition.MaxDurationMinutes,
        WarmPoolDepth = definition.WarmPoolDepth,
        ArtifactUri = definition.ArtifactUri,
        GradingRulesUri = definition.GradingRulesUri,
        OwnerNotification = definition.OwnerNotification,
        LabSha256 = definition.LabSha256,
        ChangeNote = definition.ChangeNote,
        CreatedAt = definition.CreatedAt,
        CreatedBy = definition.CreatedBy,
    };
}
