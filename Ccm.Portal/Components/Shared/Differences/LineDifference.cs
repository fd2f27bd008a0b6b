using System.Collections.Immutable;
using Ccm.Engine.Domain;
using DiffPlex;

namespace Ccm.Portal.Components.Shared.Differences;

internal enum LineKind { Same, Dropped, Added, Skipped }

/// <param name="Before">Number of the line before, from 1.</param>
/// <param name="After">Number of the line after.</param>
/// <param name="Text">The line, or how many were left out.</param>
internal sealed record DifferenceLine(LineKind Kind, int? Before, int? After, string Text);

/// <summary>Where two texts differ, line by line, with a few lines around each place.</summary>
internal sealed record LineDifference(ImmutableArray<DifferenceLine> Lines, int Dropped, int Added)
{
    /// <summary>Lines shown around a change.</summary>
    private const int Around = 3;

    /// <summary>Lines that one reads through; what follows is counted only.</summary>
    private const int MostLines = 3000;

    /// <summary>Lines in all, times those that only one text has: what is compared within a second or so.</summary>
    private const long MostWork = 100_000_000;

    public bool IsEmpty => Dropped + Added == 0;

    /// <summary>They have too little in common to be compared line by line; the counts say in how much.</summary>
    public bool IsTooMuch { get; private init; }

    public static LineDifference Between(string before, string after)
    {
        var (dropped, added) = (Only(before, after), Only(after, before));
        if ((long)(dropped + added) * (before.AsSpan().Count('\n') + after.AsSpan().Count('\n')) > MostWork)
            return new LineDifference([], dropped, added) { IsTooMuch = true };
        var difference = Differ.Instance.CreateLineDiffs(before, after, ignoreWhitespace: false);
        var (left, right) = (difference.PiecesOld, difference.PiecesNew);
        var lines = ImmutableArray.CreateBuilder<DifferenceLine>();
        var (shown, at) = (0, 0);
        foreach (var block in difference.DiffBlocks)
        {
            // What is the same up to here, from the end of the block before.
            var same = block.DeleteStartA - at;
            Same(at == 0 && shown == 0 ? 0 : Math.Min(same, Around), Math.Min(same, Around));
            for (var n = 0; n < block.DeleteCountA; n++)
                lines.Add(new DifferenceLine(LineKind.Dropped, block.DeleteStartA + n + 1, null, left[block.DeleteStartA + n]));
            for (var n = 0; n < block.InsertCountB; n++)
                lines.Add(new DifferenceLine(LineKind.Added, null, block.InsertStartB + n + 1, right[block.InsertStartB + n]));
            (at, shown) = (block.DeleteStartA + block.DeleteCountA, block.InsertStartB + block.InsertCountB);

            void Same(int head, int tail)
            {
                if (head + tail >= same)
                    (head, tail) = (same, 0);
                for (var n = 0; n < head; n++)
                    lines.Add(new DifferenceLine(LineKind.Same, at + n + 1, shown + n + 1, left[at + n]));
                if (same - head - tail > 0)
                    lines.Add(new DifferenceLine(LineKind.Skipped, null, null, $"{Counted.Of(same - head - tail, "line is", "lines are")} the same"));
                for (var n = same - tail; n < same; n++)
                    lines.Add(new DifferenceLine(LineKind.Same, at + n + 1, shown + n + 1, left[at + n]));
            }
        }
        if (difference.DiffBlocks.Count > 0)
        {
            var rest = left.Count - at;
            for (var n = 0; n < Math.Min(rest, Around); n++)
                lines.Add(new DifferenceLine(LineKind.Same, at + n + 1, shown + n + 1, left[at + n]));
            if (rest > Around)
                lines.Add(new DifferenceLine(LineKind.Skipped, null, null, $"{Counted.Of(rest - Around, "line is", "lines are")} the same"));
        }
        if (lines.Count > MostLines)
        {
            var hidden = lines.Count - MostLines;
            lines.RemoveRange(MostLines, hidden);
            lines.Add(new DifferenceLine(LineKind.Skipped, null, null, $"{hidden} more lines differ; download both files to compare the rest"));
        }
        return new LineDifference(lines.ToImmutable(), difference.DiffBlocks.Sum(block => block.DeleteCountA), difference.DiffBlocks.Sum(block => block.InsertCountB));
    }

    /// <summary>Lines that the one text has oftener than the other, wherever they stand.</summary>
    private static int Only(string one, string other)
    {
        var others = other.Split('\n').CountBy(line => line).ToDictionary();
        return one.Split('\n').CountBy(line => line).Sum(line => Math.Max(0, line.Value - others.GetValueOrDefault(line.Key)));
    }
}
