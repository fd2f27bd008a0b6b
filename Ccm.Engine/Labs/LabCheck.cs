using System.Collections.Immutable;

namespace Ccm.Engine.Labs;

public enum RemarkKind
{
    /// <summary>Publishing refuses it.</summary>
    Error,

    /// <summary>It can be published, and is most likely not meant.</summary>
    Warning,

    /// <summary>Good to know.</summary>
    Note,
}

/// <param name="Line">From 1.</param>
/// <param name="Start">Column from 1; null: the whole line.</param>
/// <param name="End">The column after it.</param>
public sealed record LabRemark(RemarkKind Kind, int Line, int? Start, int? End, string Text);

/// <param name="Topology">Null when publishing would refuse the file.</param>
/// <param name="Remarks">In the order of the file.</param>
public sealed record LabReading(LabTopology? Topology, ImmutableArray<LabRemark> Remarks);

/// <summary>Reads a lab file as publishing does, and says in addition what the schema does not know.</summary>
public static class LabCheck
{
    private const int MostRemarks = 200;

    public static LabReading Read(string text)
    {
        try
        {
            var topology = LabFile.Parse(text);
            return new LabReading(topology, [.. Unknown(text).Take(MostRemarks)]);
        }
        catch (LabRefusedException refused)
        {
            var errors = refused.Problems.Select(problem => new LabRemark(RemarkKind.Error, Math.Max(problem.Line ?? 1, 1), null, null, $"{problem.Reason} {problem.Fix}"));
            return new LabReading(null, [.. errors.Concat(text.Length > YamlTree.MaxBytes ? [] : Unknown(text).Take(MostRemarks)).OrderBy(remark => remark.Line)]);
        }
    }

    private static IEnumerable<LabRemark> Unknown(string text)
    {
        foreach (var entry in LabOutline.Of(text).Entries)
        {
            if (entry.Key is not { } key || LabSchema.KeysOf(entry.Block.Path) is not { IsEmpty: false } keys)
                continue;
            if (LabSchema.Find(entry.Path) is not { } known)
                yield return new LabRemark(RemarkKind.Warning, entry.Line, entry.Start + 1, entry.Start + key.Length + 1,
                    $"A lab file has no key '{YamlTree.Short(key)}' {(entry.Block.Path.Length == 0 ? "at its top" : $"in {entry.Block.Path}")}. {Nearest(key, keys)}");
            else if (!known.Values.IsEmpty && entry.Value.Trim('"', '\'') is { Length: > 0 } value && !known.Values.Contains(value))
                yield return new LabRemark(RemarkKind.Warning, entry.Line, entry.ValueStart + 1, entry.ValueStart + entry.Value.Length + 1,
                    $"'{YamlTree.Short(value)}' is none of {string.Join(", ", known.Values)}.");
            else if (entry.Path == "nodes[].node_definition" && entry.Value.Trim('"', '\'') is { Length: > 0 } definition && LabEstimate.OfDefinition(definition) is null)
                yield return new LabRemark(RemarkKind.Note, entry.Line, entry.ValueStart + 1, entry.ValueStart + entry.Value.Length + 1,
                    $"CCM does not know the node definition '{YamlTree.Short(definition)}': such a node is reckoned with 1 core and 1024 MB unless it says its own.");
        }
    }

    private static string Nearest(string key, ImmutableArray<LabKey> keys) =>
        key.Length <= 40 && keys.MinBy(known => Distance(key, known.Name)) is { } nearest && Distance(key, nearest.Name) <= 2
            ? $"Did you mean '{nearest.Name}'?" : $"Known are {string.Join(", ", keys.Select(known => known.Name).Take(12))}{(keys.Length > 12 ? "…" : ".")}";

    /// <summary>How many letters one would have to add, drop or change.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]) ? 0 : 1)));
        }
        return row[^1];
    }
}
