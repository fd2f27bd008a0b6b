using Ccm.Engine.Labs;
using CsCheck;

namespace Ccm.Tests.Labs;

/// <summary>In the texts <c>▮</c> is the caret.</summary>
public sealed class LabAssistTests
{
    private const string Lab = """
        lab:
          title: two
        nodes:
          - id: n0
            label: R1
            node_definition: iosv
            configuration: |-
              hostname R1
              lines: are no keys here
            interfaces:
              - id: i0
                label: Gi0/0
              - id: i7
                label: Gi0/7
          - label: R2
            id: n1
            node_definition: csr1000v
            interfaces: []
        links:
          - id: l0
            n1: n0
            i1: i0
            n2: n1

        """;

    [Theory]
    [InlineData("▮", "lab|nodes|links|annotations|smart_annotations")]
    [InlineData("nodes: []\nla▮", "lab|links|annotations|smart_annotations")]
    [InlineData("lab:\n  title: x\n  ▮", "description|notes|version|timestamp")]
    [InlineData("nodes:\n  - id: n0\n    interfaces:\n      - ▮", "id|label|slot|type|mac_address")]
    [InlineData("nodes:\n- id: n0\n  interfaces:\n  - id: i0\n    ty▮", "label|slot|type|mac_address")]
    [InlineData("links:\n  - n1: n0\n    ▮\n    i2: i0", "id|label|i1|n2|conditioning")]
    [InlineData("nodes:\n  - id: n0\nlinks:\n  - id: l0\n▮", "lab|annotations|smart_annotations")]
    public void Complete_AtAKey_OffersThoseThatAreNotThere(string text, string keys) =>
        Assert.Equal(keys.Split('|'), Complete(text).Select(found => found.Label));

    [Theory]
    [InlineData("lab:\n  version: ▮", "0.0.3|0.1.0|0.2.0|0.2.1|0.2.2|0.3.0")]
    [InlineData("nodes:\n  - hide_links: ▮", "true|false")]
    [InlineData("nodes:\n  - interfaces:\n      - type: ph▮", "physical|loopback")]
    [InlineData(Lab + "  - n1: ▮", "n0|n1")]
    [InlineData(Lab + "  - n1: n0\n    i1: ▮", "i0|i7")]
    [InlineData(Lab + "  - n1: n1\n    i1: ▮", "")]
    [InlineData("nodes:\n  - tags:\n      - ▮", "${PORT}|serial:5000|vnc:5900|ssh:22|http:80")]
    [InlineData("lab:\n  title: ▮", "")]
    public void Complete_AtAValue_OffersWhatTheSchemaOrTheFileHas(string text, string values) =>
        Assert.Equal(values, string.Join('|', Complete(text).Select(found => found.Label)));

    [Fact]
    public void Complete_NodeDefinition_SaysWhatItCosts() =>
        Assert.Equal("2 cores, 10,240 MB", Assert.Single(Complete("nodes:\n  - node_definition: ▮"), found => found.Label == "nxosv9000").Detail);

    [Theory]
    [InlineData("nodes:\n  - configuration: |-\n      host▮")]
    [InlineData("nodes:\n  - configuration: |-\n      hostname R1\n\n      ▮")]
    [InlineData("lab:\n  notes: \"one\n  ti▮\"")]
    [InlineData("nodes:\n  - parameters:\n      so▮")]
    [InlineData("lab:▮")]
    [InlineData("nodes:\n  -▮")]
    public void Complete_WhereNothingIsKnown_OffersNothing(string text) => Assert.Empty(Complete(text));

    [Fact]
    public void Complete_HalfAWord_IsReplacedFromItsBeginning()
    {
        var found = Assert.Single(Complete("nodes:\n  - id: n0\n    lab▮"), key => key.Label == "label");

        Assert.Equal((5, "label: "), (found.From, found.Insert));
    }

    [Theory]
    [InlineData("    node_def", "nodes[].node_definition")]
    [InlineData("    node_definition: io", "1 core, 512 MB")]
    [InlineData("  - id: l0\n    n1: n", "R1, a node of iosv.")]
    [InlineData("    n1: n0\n    i1: i", "Gi0/0 of n0.")]
    public void Hover_KeyOrValue_ExplainsIt(string upTo, string explained)
    {
        var (line, column) = Place(Lab[..(Lab.IndexOf(upTo, StringComparison.Ordinal) + upTo.Length)]);

        var found = LabAssist.Hover(Lab, line, column);

        Assert.NotNull(found);
        Assert.Contains(explained, $"{found.Title} {found.Text}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hostname")]
    [InlineData("lines: a")]
    public void Hover_InAConfiguration_SaysNothing(string upTo)
    {
        var (line, column) = Place(Lab[..(Lab.IndexOf(upTo, StringComparison.Ordinal) + upTo.Length)]);

        Assert.Null(LabAssist.Hover(Lab, line, column));
    }

    /// <summary>Whatever is typed, in whatever state the file is: an answer, and one that can be put in.</summary>
    [Fact]
    public void Complete_AnyPieceOfALab_AnswersWithinTheLine() =>
        Gen.Select(Gen.Int[0, Lab.Length], Gen.OneOf(Gen.Const(""), Gen.String[Gen.OneOf(Gen.Const('-'), Gen.Const(' '), Gen.Const('"'), Gen.Const(':'), Gen.Const('\n'), Gen.Const('|'), Gen.Char), 0, 12])).Sample((cut, more) =>
        {
            var text = Lab[..cut] + more + Lab[cut..];
            var (line, column) = Place(text[..(cut + more.Length)]);
            LabAssist.Hover(text, line, column);
            return LabAssist.Complete(text, line, column).All(found => found.From >= 1 && found.From <= column);
        }, iter: 3000);

    [Theory]
    [InlineData(999)]
    [InlineData(1000)]
    [InlineData(5000)]
    public void Complete_ALineIndentedBeyondAllMeasure_IsPassedOver(int indent) =>
        Assert.Equal(["id", "label"], Complete($"nodes:\n{new string(' ', indent)}x: y\nlab:\nnodes:\n  - ▮").Select(found => found.Label).Take(2));

    [Theory]
    [InlineData("lab :\n  title: x\n  ▮")]
    [InlineData("\"lab\" :\n  title: x\n  ▮")]
    [InlineData("'lab':\n  title: x\n  ▮")]
    public void Complete_KeyWithAGapOrQuotes_IsThatKey(string text) =>
        Assert.Equal(["description", "notes", "version", "timestamp"], Complete(text).Select(found => found.Label));

    private static IEnumerable<LabCompletion> Complete(string text)
    {
        var caret = text.IndexOf('▮', StringComparison.Ordinal);
        var (line, column) = Place(text[..caret]);
        return LabAssist.Complete(text.Remove(caret, 1), line, column);
    }

    private static (int Line, int Column) Place(string before) => (before.Count(character => character == '\n') + 1, before.Length - before.LastIndexOf('\n'));
}
