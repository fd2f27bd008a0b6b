using System.Collections.Frozen;
using System.Collections.Immutable;
using Ccm.Engine.Domain;

namespace Ccm.Engine.Labs;

/// <summary>Where a node's amounts come from.</summary>
public enum EstimateSource
{
    /// <summary>The node's own <c>cpus</c> and <c>ram</c>.</summary>
    LabFile,

    /// <summary>The table of node definitions.</summary>
    NodeDefinition,

    /// <summary>The stated fallback: 1 core, 1024 MB.</summary>
    Fallback,
}

/// <param name="MemoryMb">MiB.</param>
public sealed record NodeEstimate(string Label, string NodeDefinition, int Cpus, int MemoryMb, EstimateSource Source);

/// <summary>What a lab needs of its host, node by node.</summary>
public sealed record LabEstimate(LabResources Resources, ImmutableArray<NodeEstimate> Nodes)
{
    /// <summary>GiB of disk a node's overlay is reckoned with.</summary>
    private const int StorageGbPerNode = 1;

    /// <summary>Defaults per node definition: cores and MiB, from CML's reference platform and the public collection of node definitions.</summary>
    private static readonly FrozenDictionary<string, (int Cpus, int MemoryMb)> Known = new Dictionary<string, (int, int)>
    {
        ["external_connector"] = (0, 0), ["unmanaged_switch"] = (0, 0),
        ["iosv"] = (1, 512), ["iosvl2"] = (1, 768), ["iol-xe"] = (1, 768), ["ioll2-xe"] = (1, 768), ["csr1000v"] = (1, 3072),
        ["cat8000v"] = (1, 4096), ["cat9000v-q200"] = (4, 18432), ["cat9000v-uadp"] = (4, 18432), ["cat9800"] = (4, 16384),
        ["iosxrv"] = (1, 3072), ["iosxrv9000"] = (4, 20480), ["nxosv"] = (1, 3072), ["nxosv9000"] = (2, 10240), ["asav"] = (1, 2048),
        ["ftdv"] = (4, 8192), ["fmcv"] = (4, 32768), ["ise"] = (16, 16384), ["vwlc"] = (1, 4096), ["catalyst_center"] = (32, 262144),
        ["cat-sdwan-controller"] = (2, 4096), ["cat-sdwan-edge"] = (2, 4096), ["cat-sdwan-manager"] = (8, 32768), ["cat-sdwan-validator"] = (2, 4096), ["cat-sdwan-vedge"] = (1, 2048),
        ["desktop"] = (1, 1024), ["server"] = (1, 128), ["alpine"] = (1, 512), ["ubuntu"] = (1, 2048), ["nginx"] = (1, 512), ["wan_emulator"] = (1, 512),
        ["trex"] = (1, 3072), ["tcl"] = (1, 512), ["coreos"] = (1, 2048), ["frr"] = (1, 512), ["dnsmasq"] = (1, 512), ["net-tools"] = (1, 512), ["radius"] = (1, 512), ["syslog"] = (1, 512), ["tacplus"] = (1, 512), ["thousandeyes-ea"] = (2, 2048), ["splunk"] = (2, 4096),
        ["ESA"] = (1, 4096), ["FreeBSD"] = (1, 1024), ["OpenBSD"] = (1, 1024), ["SONiCv"] = (2, 4096), ["VyOS-Router"] = (1, 512), ["a10vthunder"] = (4, 4096), ["chr"] = (1, 1024), ["code-server-custom-4.102"] = (1, 4096),
        ["cumulusvx"] = (2, 2048), ["cws"] = (4, 8192), ["f5-bigip-ve"] = (4, 4096), ["fortigate"] = (1, 2048), ["gaia"] = (4, 6144), ["netbox-server"] = (1, 2048), ["opnsense"] = (1, 2048), ["panos10"] = (2, 4096), ["ucspe"] = (1, 2048),
        ["vEOS"] = (2, 2048), ["vjunos-evolved"] = (4, 8192), ["vjunos-router"] = (4, 6144), ["vjunos-switch"] = (4, 6144), ["win10"] = (2, 6144), ["win11"] = (2, 6144), ["win2019"] = (4, 16384), ["win2022"] = (4, 16384), ["win2025"] = (4, 16384), ["wsa"] = (3, 8192), ["zebra-rs"] = (1, 2048),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The node definitions whose amounts are known, by name.</summary>
    internal static IEnumerable<string> KnownDefinitions => Known.Keys.Order(StringComparer.OrdinalIgnoreCase);

    /// <summary>What a node of that definition is reckoned with when it says nothing itself; null: unknown, 1 core and 1024 MB.</summary>
    internal static (int Cpus, int MemoryMb)? OfDefinition(string nodeDefinition) => Known.TryGetValue(nodeDefinition, out var amounts) ? amounts : null;

    public static LabEstimate Of(LabTopology topology)
    {
        var nodes = topology.Nodes.Select(Of).ToImmutableArray();
        var storage = topology.Nodes.Count(node => node.HasConsole) * StorageGbPerNode;
        return new LabEstimate(new LabResources(nodes.Sum(node => node.Cpus), (int)Math.Ceiling(nodes.Sum(node => (long)node.MemoryMb) / 1024.0), storage, NestedVirt: false), nodes);
    }

    private static NodeEstimate Of(LabNode node)
    {
        var known = OfDefinition(node.NodeDefinition);
        var (cpus, memory) = known ?? (1, 1024);
        var source = node.Cpus is not null || node.RamMb is not null ? EstimateSource.LabFile : known is not null ? EstimateSource.NodeDefinition : EstimateSource.Fallback;
        return new NodeEstimate(node.Label, node.NodeDefinition, node.Cpus ?? cpus, node.RamMb ?? memory, source);
    }
}
