using System.Text.RegularExpressions;

namespace Ccm.Engine.Labs;

/// <summary>A mapping or list of the outline.</summary>
/// <param name="Path">As <c>nodes[]</c>; empty for the file itself.</param>
/// <param name="Indent">Column of its keys or dashes, from 0.</param>
internal sealed record OutlineBlock(string Path, int Indent, bool IsList, OutlineBlock? Parent)
{
    public List<OutlineEntry> Entries { get; } = [];

    public string? ValueOf(string key) => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;
}

/// <summary>A key with what stands behind it on its line, or a list item that is a text (no key).</summary>
/// <param name="Line">From 1.</param>
/// <param name="Start">Column of the key or text, from 0.</param>
/// <param name="ValueStart">Column of the value, from 0.</param>
internal sealed record OutlineEntry(OutlineBlock Block, int Line, int Start, string? Key, string Value, int ValueStart)
{
    public string Path => Key is null ? Block.Path : Block.Path.Length == 0 ? Key : $"{Block.Path}.{Key}";
}

/// <summary>
/// Keys and list items by their indentation. Unlike <see cref="YamlTree"/> it reads what is still being written, where the line that
/// somebody types on is seldom YAML.
/// </summary>
internal sealed partial class LabOutline
{
    /// <summary>Characters of a line: no key is longer, and a value's rest tells nothing.</summary>
    private const int LongestRead = 1000;

    private readonly Stack<OutlineBlock> _open = new([new OutlineBlock("", 0, false, null)]);

    public List<OutlineEntry> Entries { get; } = [];

    public OutlineEntry? At(int line) => Entries.LastOrDefault(entry => entry.Line == line);

    public IEnumerable<OutlineBlock> Blocks(string path) => Entries.Where(entry => entry.Block.Path == path).Select(entry => entry.Block).Distinct();

    /// <param name="text">The file.</param>
    /// <param name="caretLine">From 1: there a lone word is a key that is being written. 0: none.</param>
    public static LabOutline Of(string text, int caretLine = 0)
    {
        var outline = new LabOutline();
        var number = 0;
        var scalarBelow = -1;
        char? quote = null;
        foreach (var raw in text.EnumerateLines())
        {
            var line = ++number == 1 ? raw.TrimStart('\ufeff') : raw;
            if (quote is { } open)
            {
                if (Closes(line, open))
                    quote = null;
                continue;
            }
            var indent = line.IndexOfAnyExcept(' ');
            if (scalarBelow >= 0 && (indent < 0 || indent > scalarBelow))
                continue;
            scalarBelow = -1;
            if (indent is < 0 or >= LongestRead || line[indent] == '#' || line.StartsWith("---") || line.StartsWith("..."))
                continue;
            var entry = outline.Take(line[..Math.Min(line.Length, LongestRead)].ToString(), number, indent, number == caretLine);
            if (entry is null)
                continue;
            if (BlockScalar().IsMatch(entry.Value))
                scalarBelow = entry.Block.Indent;
            else if (entry.Value is ['"' or '\'', ..] value && !Closes(line[(entry.ValueStart + 1)..], value[0]))
                quote = value[0];
        }
        return outline;
    }

    private OutlineEntry? Take(string line, int number, int column, bool caret)
    {
        while (column < line.Length && line[column] == '-' && (column + 1 == line.Length || line[column + 1] == ' '))
        {
            CloseDownTo(column);
            if (_open.Peek() is not { IsList: true } list || list.Indent != column)
                _open.Push(new OutlineBlock(PathBelow(_open.Peek()) + "[]", column, true, _open.Peek()));
            var next = column + 1;
            while (next < line.Length && line[next] == ' ')
                next++;
            if (next == line.Length && !caret)
                return null;
            column = next;
        }
        var match = KeyAndValue().Match(line, column);
        if (!match.Success && !caret)
            return _open.Peek() is { IsList: true } texts && column > texts.Indent && line[texts.Indent] == '-'
                ? Add(new OutlineEntry(texts, number, column, null, line[column..].Trim(), column)) : null;
        CloseDownTo(column);
        if (_open.Peek() is { IsList: true } ended && ended.Indent == column)
            _open.Pop();
        if (_open.Peek() is { IsList: true } || _open.Peek().Indent != column)
            _open.Push(new OutlineBlock(PathBelow(_open.Peek()), column, false, _open.Peek()));
        var value = match.Groups["value"];
        return match.Success
            ? Add(new OutlineEntry(_open.Peek(), number, column, match.Groups["key"].Value.TrimEnd().Trim('"', '\''), WithoutComment(value.Value), value.Success ? value.Index : line.Length))
            : Add(new OutlineEntry(_open.Peek(), number, column, line[column..].Trim(), "", line.Length));
    }

    /// <summary>Where what is indented below the last entry of a block belongs.</summary>
    private static string PathBelow(OutlineBlock block) => block.IsList || block.Entries.Count == 0 ? block.Path : block.Entries[^1].Path;

    private void CloseDownTo(int column)
    {
        while (_open.Count > 1 && _open.Peek().Indent > column)
            _open.Pop();
    }

    private OutlineEntry Add(OutlineEntry entry)
    {
        entry.Block.Entries.Add(entry);
        Entries.Add(entry);
        return entry;
    }

    private static string WithoutComment(string value) => value is ['"' or '\'', ..] ? value.Trim() : Comment().Replace(value, "").Trim();

    /// <summary>Whether a quoted text ends in what is left of its line.</summary>
    private static bool Closes(ReadOnlySpan<char> rest, char quote)
    {
        for (var n = 0; n < rest.Length; n++)
        {
            if (quote == '"' && rest[n] == '\\')
                n++;
            else if (rest[n] == quote && quote == '\'' && n + 1 < rest.Length && rest[n + 1] == quote)
                n++;
            else if (rest[n] == quote)
                return true;
        }
        return false;
    }

    // What follows each repetition is not in it: a long line without a colon is looked through once.
    [GeneratedRegex("""\G(?<key>(?:"[^"]*"|'[^']*')\s*|[^\s:#"'\[\]{}][^:#]*):(?:\s+(?<value>.*))?$""")]
    private static partial Regex KeyAndValue();

    [GeneratedRegex(@"^[|>][+\-0-9]*\s*(#.*)?$")]
    private static partial Regex BlockScalar();

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();
}
