using System.Globalization;
using System.Text;
using Ccm.Engine.Labs;

namespace Ccm.Tests.Labs;

/// <summary>What is no lab file is refused with where, why and what would be right.</summary>
public sealed class LabRefusalTests
{
    private const string Node = "  - {id: n0, label: a, node_definition: iosv, interfaces: [{id: i0}]}\n";

    [Theory]
    [InlineData("lab: {title: a}\nnodes:\n  - id: n0\n   label: b\n", 4, null, "not valid YAML")]
    [InlineData("lab: {title: \"a\nnodes: []\n", 1, null, "not valid YAML")]
    [InlineData("lab: {title: a}\nnodes: [}\n", 2, null, "not valid YAML")]
    [InlineData("a: b\nc: \u0000\n", 2, null, "U+0000")]
    [InlineData("\u007fELF\u0002\u0001\u0001\0\0\0", 1, null, "U+0002")]
    [InlineData("lab: {title: a}\nnodes: [\n1]\n", 2, null, "not valid YAML")]
    [InlineData("", 1, null, "empty")]
    [InlineData("just words\n", 1, null, "no CML topology")]
    [InlineData("- a\n- b\n", 1, null, "no CML topology")]
    [InlineData("<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", 1, null, "no CML topology")]
    [InlineData("{\"id\": 1, \"items\": []}", 1, "nodes", "'nodes' is missing")]
    [InlineData("lab: {title: a}\nlinks: []\n", 1, "nodes", "'nodes' is missing")]
    [InlineData("nodes: []\n", 1, "lab", "'lab' is missing")]
    [InlineData("nodes: []\nlab: text\n", 2, "lab", "'lab' is missing")]
    [InlineData("lab: {title: a}\nnodes: many\n", 2, "nodes", "is no list")]
    [InlineData("lab: {title: a}\nnodes: []\nlinks: {}\n", 3, "links", "is no list")]
    [InlineData("lab: {title: a}\nnodes: [text]\n", 2, "nodes[0]", "no mapping")]
    [InlineData("lab: {title: a}\nnodes:\n  - {label: a, node_definition: iosv}\n", 3, "nodes[0].id", "no id")]
    [InlineData("lab: {title: a}\nnodes:\n  - {id: a}\n", 3, "nodes[0].node_definition", "no node definition")]
    [InlineData("lab: {title: a}\nnodes:\n" + Node + Node, 4, "nodes[1].id", "used 2 times")]
    [InlineData("lab: {title: a}\nnodes:\n" + Node + "links:\n  - {n1: n0, i1: i0, n2: n9, i2: i0}\n", 5, "links[0].n2", "'n9', which does not exist")]
    [InlineData("lab: {title: a}\nnodes:\n" + Node + "links:\n  - {n1: n0, i1: i0, n2: n0, i2: i7}\n", 5, "links[0].i2", "no interface 'i7'")]
    [InlineData("lab: {title: a}\nnodes:\n" + Node + "links: [text]\n", 4, "links[0]", "no mapping")]
    [InlineData("lab: {title: a}\nnodes:\n  - {id: n0, node_definition: iosv, cpus: -1}\n", 3, "nodes[0].cpus", "no amount of cpus")]
    [InlineData("lab: {title: a}\nnodes:\n  - {id: n0, node_definition: iosv, ram: lots}\n", 3, "nodes[0].ram", "no amount of ram")]
    [InlineData("lab: {title: a}\nnodes:\n  - {id: n0, node_definition: iosv, tags: ['${PORT']}\n", 3, "nodes[0].tags[0]", "without a match")]
    [InlineData("lab: {title: a}\nnodes:\n  - {id: n0, node_definition: iosv, tags: ['${}']}\n", 3, "nodes[0].tags[0]", "without a match")]
    [InlineData("lab: {title: a}\nnodes:\n  - {id: n0, node_definition: iosv, label: '${PORT X}'}\n", 3, "nodes[0].label", "without a match")]
    [InlineData("lab: {title: a}\nnodes: []\nsmart_annotations:\n  - tag: '${A} ${B-C}'\n", 4, "smart_annotations[0].tag", "without a match")]
    [InlineData("lab: {title: '${PORT_A}'}\nnodes: []\n", 1, "lab.title", "title")]
    [InlineData("lab: {title: a}\nnodes: []\nnodes: []\n", 3, null, "'nodes' stands twice")]
    [InlineData("lab: {title: a}\nnodes:\n  - {id: n0, id: n1, node_definition: iosv}\n", 3, null, "'id' stands twice")]
    [InlineData("lab: &a {title: a}\nnodes: []\n", 1, null, "anchor")]
    [InlineData("lab: {title: a}\nnodes: [*x]\n", 2, null, "alias")]
    [InlineData("lab: {title: a}\nnodes: []\n---\nlab: {title: b}\nnodes: []\n", 3, null, "more than one YAML document")]
    [InlineData("lab: {title: a}\n? [a, b]\n: c\nnodes: []\n", 2, null, "a key that is no text")]
    public void Parse_NoLabFile_SaysWhereWhyAndWhatWouldBeRight(string yaml, int line, string? path, string reason) =>
        AssertRefused(yaml, line, path, reason);

    [Fact]
    public void Parse_BillionLaughs_IsRefusedAtItsFirstAnchor()
    {
        var bomb = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (var n = 1; n < 10; n++)
            bomb.Append(CultureInfo.InvariantCulture, $"a{n}: &a{n} [{string.Join(", ", Enumerable.Repeat($"*a{n - 1}", 9))}]\n");
        AssertRefused(bomb.ToString(), 1, null, "anchor");
    }

    [Fact]
    public void Parse_ManyBracketsOnOneLine_IsRefused()
    {
        AssertRefused("nodes: " + new string('[', 10_000) + new string(']', 10_000), 1, null, "nested");
        AssertRefused("nodes: " + new string('{', 10_000), 1, null, "nested");
        AssertRefused("nodes: " + string.Concat(Enumerable.Repeat("[{a: ", 10_000)), 1, null, "nested");
    }

    [Fact]
    public void Parse_ManyBracketsOverManyLines_IsRefusedWhereItGetsTooDeep()
    {
        AssertRefused("nodes:\n" + string.Concat(Enumerable.Repeat(" [\n", 10_000)), 65, null, "nested");
        AssertRefused("nodes:\n" + string.Concat(Enumerable.Repeat(" {a:\n", 10_000)), 65, null, "nested");
    }

    [Fact]
    public void Parse_DeepBlocks_IsRefused()
    {
        AssertRefused("nodes:\n" + string.Concat(Enumerable.Range(0, 1_900).Select(n => new string(' ', n + 1) + "a:\n")), 65, null, "nested");
        AssertRefused("nodes:\n  " + string.Concat(Enumerable.Repeat("- ", 10_000)) + "a\n", 2, null, "nested");
        AssertRefused("nodes:\n  " + string.Concat(Enumerable.Repeat("? ", 10_000)) + "a\n", 2, null, "");
    }

    [Fact]
    public void Parse_LargerThanTwoMegabytes_IsRefusedUnread()
    {
        AssertRefused("nodes: [" + new string('é', 1024 * 1024), null, null, "larger than 2 MB");
        Assert.Empty(LabFile.Parse("lab: {title: a}\nnodes: []\n#" + new string('a', 2 * 1024 * 1024 - 30)).Nodes);
    }

    [Fact]
    public void Parse_MoreValuesThanAnyLabHas_IsRefused() =>
        AssertRefused("lab: {title: a}\nnodes: [\n" + string.Concat(Enumerable.Repeat(" 1,", 600_000)) + "]\n", 3, null, "values");

    [Fact]
    public void Parse_ManyKeysInOneMapping_IsRefused() =>
        AssertRefused(string.Concat(Enumerable.Range(0, 100_000).Select(n => string.Create(CultureInfo.InvariantCulture, $"k{n}:\n"))), 1001, null, "keys");

    [Theory]
    [InlineData(PortTemplate.Most, false)]
    [InlineData(PortTemplate.Most + 1, true)]
    public void Parse_MorePortsThanOneTransactionTakes_IsRefused(int ports, bool refused)
    {
        var yaml = "lab: {title: a}\nnodes:\n  - id: n0\n    node_definition: iosv\n    tags:\n"
            + string.Concat(Enumerable.Range(0, ports).Select(n => string.Create(CultureInfo.InvariantCulture, $"      - '${{P{n}}}'\n")));
        if (refused)
            AssertRefused(yaml, 3, "nodes", "more than 4000");
        else
            Assert.Equal(ports, PortTemplate.Derive(LabFile.Parse(yaml)).Length);
    }

    [Theory]
    [InlineData("title", 1_000)]
    [InlineData("description", 10_000)]
    public void Parse_LongText_IsRefused(string key, int most)
    {
        Assert.NotNull(LabFile.Parse($"lab:\n  {key}: {new string('x', most)}\nnodes: []\n"));
        AssertRefused($"lab:\n  {key}: {new string('x', most + 1)}\nnodes: []\n", 2, $"lab.{key}", $"has {most + 1} characters");
    }

    [Fact]
    public void Parse_ManyNodesOfOneLabel_IsRefusedSoon()
    {
        var yaml = "lab: {title: a}\nnodes:\n" + string.Concat(Enumerable.Range(0, 40_000).Select(n => string.Create(CultureInfo.InvariantCulture, $"- {{id: {n}, label: A, node_definition: x}}\n")));
        AssertRefused(yaml, 3, "nodes", "40000 ports");
    }

    [Fact]
    public void Parse_ManyProblems_TellsTwentyInOrderOfTheirLines()
    {
        var yaml = "lab: {title: a}\nnodes:\n" + string.Concat(Enumerable.Repeat("  - {id: n0, node_definition: iosv, cpus: x}\n", 100));

        var problems = Assert.Throws<LabRefusedException>(() => LabFile.Parse(yaml)).Problems;

        Assert.Equal(20, problems.Length);
        Assert.Equal(problems.OrderBy(problem => problem.Line), problems);
    }

    private static void AssertRefused(string yaml, int? line, string? path, string reason)
    {
        var problem = Assert.Throws<LabRefusedException>(() => LabFile.Parse(yaml)).Problems[0];
        Assert.Equal(line, problem.Line);
        Assert.Equal(path, problem.Path);
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Fix);
        Assert.InRange(problem.Reason.Length, 1, 400);
    }
}
