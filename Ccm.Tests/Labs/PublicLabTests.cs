using System.Text.RegularExpressions;
using Ccm.Engine.Labs;

namespace Ccm.Tests.Labs;

/// <summary>Every public lab file, counted line by line on its own and not by the parser under test.</summary>
public sealed partial class PublicLabTests
{
    [Fact]
    public void Names_PublicFiles_AreAllThere()
    {
        var names = PublicLabs.Names();
        PublicLabs.Read(names.First().Data);
        Assert.Equal(PublicLabs.Count, names.Count);
    }

    [Theory]
    [MemberData(nameof(PublicLabs.Names), MemberType = typeof(PublicLabs))]
    public void Parse_PublicFile_CountsWhatItsLinesSay(string name)
    {
        var yaml = PublicLabs.Read(name);
        var definitions = NodeDefinition().Matches(yaml).Select(match => match.Groups["name"].Value).ToList();

        var topology = LabFile.Parse(yaml);

        Assert.Equal(definitions, topology.Nodes.Select(node => node.NodeDefinition));
        Assert.Equal(definitions.Count, topology.NodeCount);
        Assert.Equal(definitions.Count(d => d is not ("external_connector" or "unmanaged_switch")), topology.LicensedNodeCount);
        Assert.Equal(LinkEnd().Count(yaml), topology.LinkCount);
        Assert.Equal(topology.NodeCount, topology.Nodes.Select(node => node.Id).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(PublicLabs.Names), MemberType = typeof(PublicLabs))]
    public void Derive_PublicFile_OnePortPerConsole(string name)
    {
        var topology = LabFile.Parse(PublicLabs.Read(name));

        var ports = PortTemplate.Derive(topology);

        Assert.Equal(topology.LicensedNodeCount, ports.Length);
        Assert.Equal(ports.Length, ports.Distinct().Count());
        Assert.All(ports, port => Assert.Matches("^[a-z0-9_]+_serial(_[0-9]+)?$", port));
    }

    [Theory]
    [MemberData(nameof(PublicLabs.Names), MemberType = typeof(PublicLabs))]
    public void Estimate_PublicFile_IsMoreThanNothing(string name)
    {
        var topology = LabFile.Parse(PublicLabs.Read(name));

        var estimate = LabEstimate.Of(topology);

        Assert.Equal(topology.NodeCount, estimate.Nodes.Length);
        Assert.True(estimate.Resources is { CpuCores: > 0, MemoryGb: > 0, StorageGb: > 0 }, estimate.Resources.ToString());
    }

    [Theory]
    [MemberData(nameof(PublicLabs.Names), MemberType = typeof(PublicLabs))]
    public void WithPorts_PublicFileWithoutPortsOfItsOwn_ChangesNothing(string name)
    {
        var yaml = PublicLabs.Read(name);
        var ports = PortTemplate.Derive(LabFile.Parse(yaml)).Index().ToDictionary(port => port.Item, port => 2000 + port.Index);

        Assert.Equal(yaml, LabRewrite.WithPorts(yaml, ports));
    }

    [GeneratedRegex(@"^ {4}node_definition: *['""]?(?<name>[^'""\r\n ]+)", RegexOptions.Multiline)]
    private static partial Regex NodeDefinition();

    [GeneratedRegex(@"^ {2}(- | {2})n2: ", RegexOptions.Multiline)]
    private static partial Regex LinkEnd();
}
