using System.Globalization;
using System.Text;
using YamlDotNet.Core;

namespace Ccm.Engine.Labs;

/// <summary>Puts allocated ports into a lab file and leaves all else as it was, to the character.</summary>
public static class LabRewrite
{
    /// <param name="ports">Numbers by the names of <see cref="PortTemplate.Derive"/>.</param>
    /// <exception cref="LabRefusedException">A placeholder has no port, or the result would differ in more than its ports.</exception>
    public static string WithPorts(string yaml, IReadOnlyDictionary<string, int> ports)
    {
        var topology = LabFile.Parse(yaml);
        var root = (YamlValue.Map)YamlTree.Read(yaml);
        var places = Places.Find(root).ToList();
        var usesPlaceholders = topology.Places.Any(place => Places.Placeholder().IsMatch(place));
        var byTag = usesPlaceholders ? [] : PortTemplate.TagPorts(topology).ToDictionary(tag => $"nodes[{tag.Node}].tags[{tag.Tag}]");
        var wanted = places.Select(place => (Place: place, Text: usesPlaceholders ? Fill(place, place.Value.Value, ports)
            : byTag.TryGetValue(place.Path, out var tag) ? string.Create(CultureInfo.InvariantCulture, $"{tag.Protocol}:{PortOf(place, tag.Port, ports)}") : place.Value.Value)).ToList();
        var text = new StringBuilder(yaml);
        foreach (var (place, value) in wanted.Where(change => change.Text != change.Place.Value.Value).OrderByDescending(change => change.Place.Value.Start))
        {
            var old = yaml[place.Value.Start..place.Value.End];
            text.Remove(place.Value.Start, old.Length).Insert(place.Value.Start, Write(place, value, old, usesPlaceholders ? raw => Fill(place, raw, ports) : null));
        }
        var result = text.ToString();
        Prove((YamlValue.Map)YamlTree.Read(result), root, wanted.ToDictionary(change => change.Place.Path, change => change.Text));
        return result;
    }

    private static string Fill(Place place, string text, IReadOnlyDictionary<string, int> ports) => Places.Placeholder().Replace(text,
        match => PortOf(place, PortTemplate.PortOf(match.Groups["name"].Value), ports).ToString(CultureInfo.InvariantCulture));

    private static int PortOf(Place place, string name, IReadOnlyDictionary<string, int> ports) => ports.TryGetValue(name, out var port) ? port
        : throw new LabRefusedException(new LabProblem(place.Value.Line, place.Path, $"No port is allocated for '{name}'.", "Publish the lab anew, so that its port template is derived again."));

    /// <summary>
    /// The source of a scalar with only its ports changed, in whatever style it has; written anew, double-quoted, where its source does
    /// not show them as they are or where what is left unquoted would no longer be text.
    /// </summary>
    private static string Write(Place place, string value, string old, Func<string, string>? fill)
    {
        var was = place.Value.Value;
        var shown = fill is null ? old.Split(was).Length == 2
            : Places.Placeholder().Matches(old).Select(match => match.Value).SequenceEqual(Places.Placeholder().Matches(was).Select(match => match.Value));
        if (shown && (place.Value.Style != ScalarStyle.Plain || !MayBeNumber(value)))
            return fill?.Invoke(old) ?? old.Replace(was, value, StringComparison.Ordinal);
        var lineEnd = place.Value.Style is not (ScalarStyle.Literal or ScalarStyle.Folded) ? ""
            : old.EndsWith("\r\n", StringComparison.Ordinal) ? "\r\n" : old.EndsWith('\n') ? "\n" : "";
        return YamlQuote.Quote(value) + lineEnd;
    }

    /// <summary>Readers of YAML 1.1 also take 0x2000, 2000:30 and 2000-01-01 for something other than text.</summary>
    private static bool MayBeNumber(string value) => value.Length > 0 && (char.IsAsciiDigit(value[0]) || value[0] is '+' or '-' or '.');

    /// <summary>Parsed before and after: the same values everywhere but in the places that were to change.</summary>
    private static void Prove(YamlValue.Map after, YamlValue.Map before, Dictionary<string, string> wanted)
    {
        var now = Places.Find(after).ToDictionary(place => place.Path, place => place.Value.Value);
        if (now.Count != wanted.Count || wanted.Any(want => now.GetValueOrDefault(want.Key) != want.Value)
            || !Same(before, after, [.. Places.Find(before).Select(place => place.Value.Start)]))
            throw new LabRefusedException(new LabProblem(null, null, "The ports could not be put into the lab without changing something else.", "Quote the tags and labels that carry ports."));
    }

    private static bool Same(YamlValue before, YamlValue after, HashSet<int> mayDiffer) => (before, after) switch
    {
        (YamlValue.Text a, YamlValue.Text b) => mayDiffer.Contains(a.Start) || a.Value == b.Value,
        (YamlValue.List a, YamlValue.List b) => a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => Same(pair.First, pair.Second, mayDiffer)),
        (YamlValue.Map a, YamlValue.Map b) => a.Fields.Count == b.Fields.Count
            && a.Fields.Zip(b.Fields).All(pair => pair.First.Key.Value == pair.Second.Key.Value && Same(pair.First.Value, pair.Second.Value, mayDiffer)),
        _ => false,
    };
}
