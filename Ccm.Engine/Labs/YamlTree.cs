using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Ccm.Engine.Labs;

/// <summary>A YAML value and where it stands; offsets count characters of the source.</summary>
internal abstract record YamlValue(int Line, int Start, int End)
{
    public sealed record Text(string Value, ScalarStyle Style, int Line, int Start, int End) : YamlValue(Line, Start, End);

    public sealed record List(List<YamlValue> Items, int Line, int Start, int End) : YamlValue(Line, Start, End);

    public sealed record Map(List<KeyValuePair<Text, YamlValue>> Fields, int Line, int Start, int End) : YamlValue(Line, Start, End)
    {
        public YamlValue? this[string key] => Fields.FirstOrDefault(field => field.Key.Value == key).Value;
    }
}

/// <summary>
/// Reads one YAML document without recursion and with bounds on size, depth and count. Anchors and aliases, which CML never writes, are
/// refused, so that no file can grow beyond its own length.
/// </summary>
internal static class YamlTree
{
    public const int MaxBytes = 2 * 1024 * 1024;
    private const int MaxDepth = 64;
    private const int MaxValues = 500_000;
    private const int MaxKeys = 1000;
    private const char ByteOrderMark = '\ufeff';

    /// <exception cref="LabRefusedException">Not YAML, more than one document, or over a bound.</exception>
    public static YamlValue Read(string text)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(text) > MaxBytes)
            throw Refuse(null, $"The file is larger than {MaxBytes / 1024 / 1024} MB.", "Remove what is not part of the topology, such as large configurations.");
        RefuseUnread(text);
        var start = text.StartsWith(ByteOrderMark) ? 1 : 0;
        var parser = new Parser(new Scanner(new StringReader(text[start..]), skipComments: true));
        try
        {
            return Read(parser, start);
        }
        catch (YamlException exception)
        {
            throw NotYaml((int)exception.Start.Line, exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // The scanner's own answer to some kinds of damage.
            throw NotYaml((int)(parser.Current?.End.Line ?? 1), exception);
        }
    }

    /// <param name="start">Where the parser's text begins in the source.</param>
    private static YamlValue Read(Parser parser, int start)
    {
        var open = new Stack<(YamlValue Container, YamlValue.Text? Key)>();
        YamlValue? root = null;
        var values = 0;
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            YamlValue? value = current switch
            {
                AnchorAlias => throw Refuse(LineOf(current), "The file uses a YAML alias.", "Write the value out: CML exports have no aliases."),
                Scalar scalar => new YamlValue.Text(scalar.Value, scalar.Style, LineOf(current), start + (int)scalar.Start.Index, start + (int)scalar.End.Index),
                SequenceStart => new YamlValue.List([], LineOf(current), start + (int)current.Start.Index, 0),
                MappingStart => new YamlValue.Map([], LineOf(current), start + (int)current.Start.Index, 0),
                _ => null,
            };
            if (current is NodeEvent { Anchor.IsEmpty: false })
                throw Refuse(LineOf(current), "The file uses a YAML anchor.", "Remove it: CML exports have no anchors.");
            if (current is SequenceEnd or MappingEnd)
                open.Pop();
            if (current is DocumentStart && root is not null)
                throw Refuse(LineOf(current), "The file holds more than one YAML document.", "Give one lab a file.");
            if (value is null)
                continue;
            if (++values > MaxValues)
                throw Refuse(LineOf(current), $"The file has more than {MaxValues} values.", "Split the lab.");
            root ??= value;
            Place(open, value);
            if (value is YamlValue.Text)
                continue;
            open.Push((value, null));
            if (open.Count > MaxDepth)
                throw Refuse(LineOf(current), $"Values are nested more than {MaxDepth} deep.", "A CML topology is no deeper than ten.");
        }
        return root ?? throw Refuse(1, "The file is empty.", "Export a lab from CML.");
    }

    private static void Place(Stack<(YamlValue Container, YamlValue.Text? Key)> open, YamlValue value)
    {
        if (!open.TryPop(out var top))
            return;
        if (top.Container is YamlValue.List list)
            list.Items.Add(value);
        else if (top.Container is YamlValue.Map map && top.Key is { } key)
        {
            map.Fields.Add(new(key, value));
            top.Key = null;
        }
        else if (value is YamlValue.Text name)
        {
            var fields = ((YamlValue.Map)top.Container).Fields;
            if (fields.Any(field => field.Key.Value == name.Value))
                throw Refuse(name.Line, $"The key '{Short(name.Value)}' stands twice in one mapping.", "Keep one of them.");
            if (fields.Count >= MaxKeys)
                throw Refuse(name.Line, $"A mapping has more than {MaxKeys} keys.", "A CML topology has lists for what there is many of.");
            top.Key = name;
        }
        else
            throw Refuse(value.Line, "A mapping has a key that is no text.", "Use plain keys as CML does.");
        open.Push(top);
    }

    /// <summary>Flow brackets cost the scanner memory a level and a NUL would end its reading, so both are looked for before it sees them.</summary>
    private static void RefuseUnread(string text)
    {
        var depth = 0;
        var line = 1;
        foreach (var character in text)
        {
            if (character == '\n')
            {
                line++;
                depth = 0;
            }
            else if (character is '[' or '{')
                depth++;
            else if (character is ']' or '}')
                depth--;
            else if (character is < ' ' and not ('\t' or '\r'))
                throw Refuse(line, $"The file holds the control character U+{(int)character:X4}: it is no text.", "Export the lab from CML as YAML.");
            if (depth > 1000)
                throw Refuse(line, "Brackets are nested more than 1000 deep.", "A CML topology is no deeper than ten.");
        }
    }

    private static LabRefusedException NotYaml(int line, Exception exception) =>
        Refuse(line, $"The file is not valid YAML: {Short(exception.Message, 200)}", "Export the lab from CML again, or mend that line.");

    public static string Short(string text, int most = 60) => text.Length > most ? text[..most] + "…" : text;

    private static int LineOf(ParsingEvent current) => (int)current.Start.Line;

    private static LabRefusedException Refuse(int? line, string reason, string fix) => new(new LabProblem(line, null, reason, fix));
}
