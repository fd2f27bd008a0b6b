using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Shared;

/// <summary>Two texts line by line, with a few lines around each difference.</summary>
public sealed partial class LineDiff
{
    private const int Around = 3;

    /// <summary>Of both texts together; comparing longer ones would hold the page up.</summary>
    private const int LongestTexts = 400_000;

    private readonly List<Line> _lines = [];
    private (string, string)? _compared;
    private bool _tooLong;

    [Parameter, EditorRequired]
    public string Before { get; set; } = "";

    [Parameter, EditorRequired]
    public string After { get; set; } = "";

    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    protected override void OnParametersSet()
    {
        if (_compared == (Before, After))
            return;
        _compared = (Before, After);
        _lines.Clear();
        _tooLong = Before.Length + After.Length > LongestTexts;
        if (!_tooLong)
            Compare();
    }

    private void Compare()
    {
        var all = InlineDiffBuilder.Diff(Before, After, ignoreWhiteSpace: false).Lines;
        var near = new bool[all.Count];
        for (var n = 0; n < all.Count; n++)
        {
            if (all[n].Type != ChangeType.Unchanged)
                Array.Fill(near, true, Math.Max(0, n - Around), Math.Min(all.Count, n + Around + 1) - Math.Max(0, n - Around));
        }
        var skipped = 0;
        for (var n = 0; n < all.Count; n++)
        {
            if (!near[n])
            {
                skipped++;
                continue;
            }
            Skip(ref skipped);
            _lines.Add(new Line(all[n].Type switch { ChangeType.Inserted => '+', ChangeType.Deleted => '−', _ => ' ' }, all[n].Text ?? "", 0));
        }
        Skip(ref skipped);
    }

    private void Skip(ref int skipped)
    {
        if (skipped > 0)
            _lines.Add(new Line(' ', "", skipped));
        skipped = 0;
    }

    /// <param name="Skipped">Lines that are the same on both sides and not shown; 0: it is a line.</param>
    private sealed record Line(char Sign, string Text, int Skipped);
}
