using Ccm.Engine.Labs;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Labs;

public sealed class LabFileTests
{
    [Theory]
    [InlineData("lab: {title: Nothing}\nnodes: []\n")]
    [InlineData("lab: {title: Nothing}\nnodes: []\nlinks: []\n")]
    [InlineData("nodes:\nlinks:\nlab:\n  title: Nothing\n")]
    [InlineData("nodes: null\nlinks: ~\nlab:\n  title: Nothing\n")]
    [InlineData("{\"lab\": {\"title\": \"Nothing\"}, \"nodes\": [], \"links\": []}")]
    public void Parse_LabWithoutNodes_IsValid(string yaml)
    {
        var topology = LabFile.Parse(yaml);

        Assert.Equal(("Nothing", 0, 0, 0), (topology.Title, topology.NodeCount, topology.LicensedNodeCount, topology.LinkCount));
        Assert.Empty(PortTemplate.Derive(topology));
        Assert.Equal(0, LabEstimate.Of(topology).Resources.CpuCores);
        Assert.Equal(yaml, LabRewrite.WithPorts(yaml, new Dictionary<string, int>()));
    }

    [Fact]
    public void Estimate_Nodes_OwnAmountsThenDefinitionThenFallback()
    {
        var topology = LabFile.Parse("""
            lab: {title: a}
            nodes:
              - {id: n0, label: own, node_definition: iosv, cpus: 3, ram: 1025}
              - {id: n1, label: zero, node_definition: unmanaged_switch, cpus: 0, ram: 0}
              - {id: n2, label: known, node_definition: iosv, cpus: null, ram: null}
              - {id: n3, label: unknown, node_definition: some-thing}
              - {id: n4, label: outside, node_definition: external_connector}
            """);

        var estimate = LabEstimate.Of(topology);

        Assert.Equal(
        [
            new NodeEstimate("own", "iosv", 3, 1025, EstimateSource.LabFile),
            new NodeEstimate("zero", "unmanaged_switch", 0, 0, EstimateSource.LabFile),
            new NodeEstimate("known", "iosv", 1, 512, EstimateSource.NodeDefinition),
            new NodeEstimate("unknown", "some-thing", 1, 1024, EstimateSource.Fallback),
            new NodeEstimate("outside", "external_connector", 0, 0, EstimateSource.NodeDefinition),
        ], estimate.Nodes);
        Assert.Equal((5, 3), (estimate.Resources.CpuCores, estimate.Resources.MemoryGb));
        Assert.Equal((5, 3), (topology.NodeCount, topology.LicensedNodeCount));
    }

    [Fact]
    public void Derive_LabelsUnsafeBlankOrEqual_AreMadeSafeAndUnique()
    {
        var topology = LabFile.Parse("""
            lab: {title: a}
            nodes:
              - {id: n0, label: 'R 1/a', node_definition: iosv}
              - {id: n1, label: 'r-1-A', node_definition: iosv}
              - {id: N-2, label: '   ', node_definition: iosv}
              - {id: n3, label: 交换机, node_definition: iosv}
              - {id: n4, node_definition: iosv}
              - {id: n5, label: cloud, node_definition: external_connector}
            """);

        Assert.Equal(["r_1_a_serial", "r_1_a_serial_2", "n_2_serial", "n3_serial", "n4_serial"], PortTemplate.Derive(topology));
    }

    /// <summary>Whatever comes in is a topology or is refused as a person can use it; nothing else is ever thrown.</summary>
    [Fact]
    public void Parse_DamagedLab_IsReadOrRefused() => Gen.Select(RandomLab.Generator, Damage.Array[1, 5]).Sample((lab, damages) =>
    {
        var yaml = damages.Aggregate(lab.Write(), (text, damage) => damage(text));
        try
        {
            PortTemplate.Derive(LabFile.Parse(yaml));
        }
        catch (LabRefusedException refused)
        {
            Assert.NotEmpty(refused.Problems);
        }
    }, iter: 1000);

    private static readonly Gen<Func<string, string>> Damage = Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1],
        Any.Of("\0", "\t", "[", "]", "{", "}", "\"", "'", "\\x", "\\U99999999", "\\uD800", "&a ", "*a", "!!binary ", "|9\n", ">-", "- ", "? ", ": ", "#", "%TAG ! \n", "---\n", "...\n", "\ufeff", "\ud800", "@", "`", "\u0085", "<<: "),
        (at, length, insert) => (Func<string, string>)(text =>
        {
            var start = (int)(at * text.Length);
            return text.Remove(start, (int)(length * Math.Min(20, text.Length - start))).Insert(start, insert);
        }));
}
