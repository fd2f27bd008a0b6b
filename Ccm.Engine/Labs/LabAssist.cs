using System.Collections.Immutable;
using Ccm.Engine.Domain;

namespace Ccm.Engine.Labs;

/// <summary>What could be written where the caret is.</summary>
/// <param name="Insert">With line breaks, as an editor indents them by itself.</param>
/// <param name="Detail">A few words beside it.</param>
/// <param name="From">Column from 1 where what it replaces begins.</param>
public sealed record LabCompletion(string Label, string Insert, string Detail, string Explanation, bool IsKey, int From);

/// <param name="Start">Columns from 1 of what it is about.</param>
/// <param name="End">The column after it.</param>
public sealed record LabHover(string Title, string Text, int Start, int End);

/// <summary>Helps whoever writes a lab file: from the schema, and from what the file itself holds. Lines and columns count from 1.</summary>
public static class LabAssist
{
    private static readonly string[] Ports = ["${PORT}", "serial:5000", "vnc:5900", "ssh:22", "http:80"];

    /// <summary>Empty where nothing is known, as inside a configuration.</summary>
    public static ImmutableArray<LabCompletion> Complete(string text, int line, int column)
    {
        var before = LineOf(text, line);
        before = before[..Math.Clamp(column - 1, 0, before.Length)];
        if (before.EndsWith(':') || before.EndsWith('-'))
            return [];
        // A blank line belongs to where the caret stands in it; the word there only holds the place.
        var written = before.Length == 0 || before.EndsWith(' ') ? before + "x" : before;
        var outline = LabOutline.Of(WithLine(text, line, written), line);
        if (outline.At(line) is not { } entry)
            return [];
        if (entry.ValueStart < written.Length)
            return Values(outline, entry, entry.ValueStart + 1);
        if (entry.Block.Path.EndsWith("[]", StringComparison.Ordinal) && LabSchema.Find(entry.Block.Path[..^2]) is { Kind: LabKeyKind.Texts })
            return [.. Ports.Select(port => new LabCompletion(port, port, "a port", "Each instance gets a number of its own.", false, entry.Start + 1))];
        return [.. LabSchema.KeysOf(entry.Block.Path).Where(key => entry.Block.Entries.All(other => ReferenceEquals(other, entry) || other.Key != key.Name))
            .Select(key => new LabCompletion(key.Name, key.Name + After(key), KindOf(key), key.Meaning, true, entry.Start + 1))];
    }

    /// <summary>What stands there; null where nothing is known.</summary>
    public static LabHover? Hover(string text, int line, int column)
    {
        var outline = LabOutline.Of(text);
        if (outline.At(line) is not { Key: { } key } entry || LabSchema.Find(entry.Path) is not { } known || column <= entry.Start)
            return null;
        if (column <= entry.Start + key.Length)
            return new LabHover(known.Path, $"{known.Meaning} {(known.Values.IsEmpty ? "" : $"One of {string.Join(", ", known.Values)}.")}".Trim(), entry.Start + 1, entry.Start + key.Length + 1);
        return column > entry.ValueStart && column <= entry.ValueStart + entry.Value.Length && Meaning(outline, entry) is { } meaning
            ? new LabHover(entry.Value, meaning, entry.ValueStart + 1, entry.ValueStart + entry.Value.Length + 1) : null;
    }

    private static ImmutableArray<LabCompletion> Values(LabOutline outline, OutlineEntry entry, int from)
    {
        IEnumerable<(string Value, string Detail)> values = entry.Path switch
        {
            "nodes[].node_definition" => LabEstimate.KnownDefinitions.Select(name => (name, Amounts(name))),
            "links[].n1" or "links[].n2" => outline.Blocks("nodes[]").Select(node => (Unquoted(node.ValueOf("id")), Unquoted(node.ValueOf("label")))),
            "links[].i1" => Interfaces(outline, entry.Block.ValueOf("n1")),
            "links[].i2" => Interfaces(outline, entry.Block.ValueOf("n2")),
            _ => LabSchema.Find(entry.Path) switch
            {
                { Kind: LabKeyKind.Flag } => [("true", ""), ("false", "")],
                { } key => key.Values.Select(value => (value, "")),
                null => [],
            },
        };
        return [.. values.Where(value => value.Value.Length > 0).Select(value => new LabCompletion(value.Value, value.Value, value.Detail, "", false, from))];
    }

    private static IEnumerable<(string Id, string Label)> Interfaces(LabOutline outline, string? node)
    {
        var id = Unquoted(node);
        return outline.Blocks("nodes[].interfaces[]").Where(face => Unquoted(face.Parent?.Parent?.ValueOf("id")) == id)
            .Select(face => (Unquoted(face.ValueOf("id")), Unquoted(face.ValueOf("label"))));
    }

    private static string? Meaning(LabOutline outline, OutlineEntry entry) => entry.Path switch
    {
        "nodes[].node_definition" => $"{Amounts(Unquoted(entry.Value))}, unless the node says its own.",
        "links[].n1" or "links[].n2" => outline.Blocks("nodes[]").FirstOrDefault(node => Unquoted(node.ValueOf("id")) == Unquoted(entry.Value)) is { } node
            ? $"{Unquoted(node.ValueOf("label"))}, a node of {Unquoted(node.ValueOf("node_definition"))}." : "There is no such node.",
        "links[].i1" => InterfaceOf(outline, entry, "n1"),
        "links[].i2" => InterfaceOf(outline, entry, "n2"),
        _ => null,
    };

    private static string InterfaceOf(LabOutline outline, OutlineEntry entry, string end) =>
        Interfaces(outline, entry.Block.ValueOf(end)).FirstOrDefault(face => face.Id == Unquoted(entry.Value)) is { Label: { Length: > 0 } label } ? $"{label} of {Unquoted(entry.Block.ValueOf(end))}." : "There is no such interface.";

    private static string Amounts(string nodeDefinition) => LabEstimate.OfDefinition(nodeDefinition) is { } known
        ? known.Cpus == 0 ? "costs nothing" : $"{Counted.Of(known.Cpus, "core")}, {Counted.Number(known.MemoryMb)} MB" : "Unknown to CCM: reckoned with 1 core and 1,024 MB";

    private static string After(LabKey key) => key.Kind switch
    {
        LabKeyKind.Map => ":\n  ",
        LabKeyKind.Maps or LabKeyKind.Texts => ":\n  - ",
        _ => ": ",
    };

    private static string KindOf(LabKey key) => key.Kind switch
    {
        LabKeyKind.Text => "text",
        LabKeyKind.Number => "number",
        LabKeyKind.Flag => "true or false",
        LabKeyKind.Map => "mapping",
        LabKeyKind.Maps or LabKeyKind.Texts => "list",
        _ => "",
    };

    private static string Unquoted(string? value) => value?.Trim('"', '\'') ?? "";

    private static string LineOf(string text, int line) => line >= 1 && Range(text, line) is { } range ? text[range].TrimEnd('\r') : "";

    private static string WithLine(string text, int line, string written) => Range(text, line) is { } range ? string.Concat(text.AsSpan(0, range.Start.Value), written, text.AsSpan(range.End.Value)) : text;

    private static Range? Range(string text, int line)
    {
        var start = 0;
        for (var n = 1; n < line; n++)
        {
            if (text.IndexOf('\n', start) is not (>= 0 and var end))
                return null;
            start = end + 1;
        }
        return start..(text.IndexOf('\n', start) is >= 0 and var last ? last : text.Length);
    }
}
