using System.Globalization;
using System.Text;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Labs;

/// <summary>A scalar of a lab to be: its text, and one of the styles that can hold it.</summary>
internal sealed record RandomText(string Text, int Style)
{
    private static readonly Gen<string> Piece = Gen.OneOf(
        Gen.Char["abcXYZ019_-.éß交"].Select(character => character.ToString()),
        Any.Of("😀", "'", "\"", "\\", "#", " # ", ": ", "$", "} {", "[", "%", "\t"));

    private static readonly Gen<string> Placeholder = Gen.Int[0, 9].Select(n => string.Create(CultureInfo.InvariantCulture, $"${{PORT_{n}}}"));

    public static readonly Gen<RandomText> Generator = Gen.Select(
        Gen.Frequency((4, Piece), (1, Placeholder)).Array[1, 8].Select(string.Concat), Gen.Int[0, 3], (text, style) => new RandomText(text, style));

    /// <summary>As YAML, plain only where it surely is text.</summary>
    public string Write(string indent) => Style switch
    {
        0 when Text.All(character => char.IsLetterOrDigit(character) || character is '_' or '$' or '{' or '}') && char.IsLetter(Text[0]) => Text,
        1 => $"'{Text.Replace("'", "''", StringComparison.Ordinal)}'",
        2 when Text[0] is not (' ' or '\t') => $"|-\n{indent}  {Text}",
        _ => $"\"{Text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}\"",
    };
}

/// <param name="Nodes">Label and tags of each.</param>
/// <param name="Annotations">Tags.</param>
/// <param name="Config">A node configuration that looks as if it had ports.</param>
internal sealed record RandomLab((RandomText Label, RandomText[] Tags)[] Nodes, RandomText[] Annotations, bool LabLast, bool FlowTags, string LineEnd)
{
    public static readonly Gen<RandomLab> Generator = Gen.Select(
        Gen.Select(RandomText.Generator, RandomText.Generator.Array[0, 4], (label, tags) => (label, tags)).Array[0, 6],
        RandomText.Generator.Array[0, 3], Gen.Bool, Gen.Bool, Any.Of("\n", "\r\n"),
        (nodes, annotations, labLast, flow, lineEnd) => new RandomLab(nodes, annotations, labLast, flow, lineEnd));

    public string Write()
    {
        var yaml = new StringBuilder();
        const string Lab = "lab:\n  title: Random\n  notes: ${PORT_0} stays\n";
        if (!LabLast)
            yaml.Append(Lab);
        yaml.Append(Nodes.Length == 0 ? "nodes: []\n" : "nodes:\n");
        for (var n = 0; n < Nodes.Length; n++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  - id: n{n} # ${{PORT_1}}\n    label: {Nodes[n].Label.Write("    ")}\n    node_definition: iosv\n");
            yaml.Append("    configuration: |\n      echo ${PORT_2} serial:5001\n");
            WriteTags(yaml, Nodes[n].Tags);
        }
        yaml.Append("links: []\nsmart_annotations:").Append(Annotations.Length == 0 ? " []\n" : "\n");
        foreach (var tag in Annotations)
            yaml.Append(CultureInfo.InvariantCulture, $"  - tag: {tag.Write("    ")}\n    is_on: true\n");
        if (LabLast)
            yaml.Append(Lab);
        return yaml.Replace("\n", LineEnd).ToString();
    }

    private void WriteTags(StringBuilder yaml, RandomText[] tags)
    {
        if (tags.Length == 0)
            yaml.Append("    tags: []\n");
        else if (FlowTags)
            yaml.Append("    tags: [").AppendJoin(", ", tags.Select(tag => (tag with { Style = tag.Style % 2 == 0 ? 3 : 1 }).Write(""))).Append("]\n");
        else
            yaml.Append("    tags:\n").AppendJoin("", tags.Select(tag => $"      - {tag.Write("      ")}\n"));
    }
}
