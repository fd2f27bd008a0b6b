using System.Collections.Immutable;

namespace Ccm.Engine.Labs;

/// <summary>What CCM reads of a CML lab file.</summary>
public sealed record LabTopology
{
    public required string Title { get; init; }
    public required string Description { get; init; }
    public required ImmutableArray<LabNode> Nodes { get; init; }
    public required ImmutableArray<LabLink> Links { get; init; }

    /// <summary>Texts that may carry port placeholders, node by node, then links, then smart annotations.</summary>
    public required ImmutableArray<string> Places { get; init; }

    public int NodeCount => Nodes.Length;

    /// <summary>All but <c>external_connector</c> and <c>unmanaged_switch</c>, which CML does not charge.</summary>
    public int LicensedNodeCount => Nodes.Count(node => node.HasConsole);

    public int LinkCount => Links.Length;
}

/// <param name="Cpus">As the file says; null: the node definition's.</param>
/// <param name="RamMb">As the file says, MiB; null: the node definition's.</param>
/// <param name="X">Picture coordinates of the lab's own.</param>
public sealed record LabNode(string Id, string Label, string NodeDefinition, int? Cpus, int? RamMb, double X, double Y, ImmutableArray<string> Tags)
{
    /// <summary>Licensed and with a serial console.</summary>
    public bool HasConsole => NodeDefinition is not ("external_connector" or "unmanaged_switch");
}

/// <param name="From">Id of a node.</param>
/// <param name="To">Id of a node.</param>
public sealed record LabLink(string From, string To);
