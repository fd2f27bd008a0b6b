using System.Collections.Immutable;

namespace Ccm.Portal.Components.Grid;

/// <summary>Which rows of a table are selected, and what the page's address says of it.</summary>
internal sealed class GridSelection
{
    public const string Parameter = "sel";

    /// <summary>An address takes no more; what is selected beyond it lasts as long as the page.</summary>
    public const int Most = 50;

    private readonly Queue<string?> _written = [];
    private string? _said;

    public ImmutableHashSet<string> Ids { get; set; } = [];

    public bool Fits => Ids.Count <= Most;

    /// <summary>Whether the address says it, or is about to.</summary>
    public bool IsSaid => Text == _said;

    private string? Text => Ids.IsEmpty || !Fits ? null : string.Join(',', Ids.Order(StringComparer.Ordinal));

    /// <summary>For the address, where it arrives a moment later; null: nothing.</summary>
    public string? Say()
    {
        _said = Text;
        _written.Enqueue(_said);
        return _said;
    }

    /// <summary>Takes over what an address says, unless it is what was written there: by then more may be selected.</summary>
    /// <param name="anew">Other rows are shown: what was selected counts for nothing.</param>
    /// <param name="exists">Whether there is such a row; an id that makes no sense is of none.</param>
    public void Hear(string? text, bool anew, Func<string, bool> exists)
    {
        text = string.IsNullOrEmpty(text) ? null : text;
        if ((IsOwn(text) || text == _said) && !anew)
            return;
        _said = text;
        Ids = [.. (text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? []).Take(Most).Where(exists)];
    }

    private bool IsOwn(string? text)
    {
        while (_written.TryDequeue(out var written))
        {
            if (written == text)
                return true;
        }
        return false;
    }
}
