namespace Ccm.Tests.Components;

/// <summary>Lab files small enough to read.</summary>
internal static class LabText
{
    /// <summary>Two routers, linked, and a switch that is not charged for.</summary>
    public static string TwoRouters(string title) => $$"""
        lab:
          title: {{title}}
        nodes:
          - id: n0
            label: R1
            node_definition: iosv
            x: 0
            y: 0
            cpus: 2
            ram: 2048
            interfaces:
              - id: i0
          - id: n1
            label: R2
            node_definition: iosv
            x: 100
            y: 0
            cpus: 2
            ram: 2048
            interfaces:
              - id: i0
          - id: n2
            label: SW
            node_definition: unmanaged_switch
            x: 50
            y: 50
            interfaces: []
        links:
          - id: l0
            n1: n0
            i1: i0
            n2: n1
            i2: i0
        """;

    public const string Empty = "lab:\n  title: nothing\nnodes: []\nlinks: []\n";
}
