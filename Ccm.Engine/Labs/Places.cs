using System.Text.RegularExpressions;

namespace Ccm.Engine.Labs;

/// <summary>A text in the file that may carry a port.</summary>
/// <param name="IsNodeTag">A node's tag, which may also be <c>protocol:number</c>.</param>
/// <param name="Node">The node it belongs to, by place in the file; null for links and smart annotations.</param>
internal sealed record Place(YamlValue.Text Value, string Path, bool IsNodeTag, int? Node);

/// <summary>Where a lab file may name its ports: tags and labels of nodes and smart annotations, and labels of links, into which CML copies its nodes'.</summary>
internal static partial class Places
{
    public static IEnumerable<Place> Find(YamlValue.Map root)
    {
        var nodes = (root["nodes"] as YamlValue.List)?.Items ?? [];
        for (var n = 0; n < nodes.Count; n++)
        {
            if (nodes[n] is not YamlValue.Map node)
                continue;
            var t = 0;
            foreach (var tag in LabFile.TextItems(node["tags"]))
                yield return new Place(tag, $"nodes[{n}].tags[{t++}]", true, n);
            if (node["label"] is YamlValue.Text label)
                yield return new Place(label, $"nodes[{n}].label", false, n);
        }
        var links = (root["links"] as YamlValue.List)?.Items ?? [];
        for (var n = 0; n < links.Count; n++)
        {
            if ((links[n] as YamlValue.Map)?["label"] is YamlValue.Text label)
                yield return new Place(label, $"links[{n}].label", false, null);
        }
        var annotations = (root["smart_annotations"] as YamlValue.List)?.Items ?? [];
        for (var n = 0; n < annotations.Count; n++)
        {
            if ((annotations[n] as YamlValue.Map)?["tag"] is YamlValue.Text tag)
                yield return new Place(tag, $"smart_annotations[{n}].tag", false, null);
            if ((annotations[n] as YamlValue.Map)?["label"] is YamlValue.Text label)
                yield return new Place(label, $"smart_annotations[{n}].label", false, null);
        }
    }

    /// <summary>Every <c>${</c> must begin a well-formed placeholder.</summary>
    public static void Check(Place place, List<LabProblem> problems)
    {
        var rest = Placeholder().Replace(place.Value.Value, " ");
        if (rest.Contains("${", StringComparison.Ordinal))
            problems.Add(new LabProblem(place.Value.Line, place.Path, $"'{YamlTree.Short(place.Value.Value)}' has a port placeholder without a match.", "Write ${NAME} with letters, digits and '_' only."));
        if (place.IsNodeTag && ProtocolTag().Match(place.Value.Value) is { Success: true } tag && tag.Groups["port"].Length > 5)
            problems.Add(new LabProblem(place.Value.Line, place.Path, $"'{YamlTree.Short(place.Value.Value)}' names no port.", "Give a number up to 65535; it is replaced anyway."));
    }

    /// <summary>A placeholder where none is replaced would reach the host as it is; node configurations may use <c>${…}</c> for their own ends.</summary>
    public static void CheckElsewhere(YamlValue.Map root, List<Place> places, List<LabProblem> problems)
    {
        var title = (root["lab"] as YamlValue.Map)?["title"] as YamlValue.Text;
        if (title is not null && Placeholder().IsMatch(title.Value) && places.All(place => place.Value != title))
            problems.Add(new LabProblem(title.Line, "lab.title", "A port placeholder stands in the title, where none is replaced.", "Put it into a node's tags or label, or into a smart annotation's tag."));
    }

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z0-9_]{1,63})\}", RegexOptions.NonBacktracking)]
    public static partial Regex Placeholder();

    /// <summary>As <c>serial:5001</c>: a protocol people connect with, and a number that is replaced.</summary>
    [GeneratedRegex(@"\A(?<protocol>[A-Za-z][A-Za-z0-9_]{0,15}):(?<port>[0-9]{1,10})\z", RegexOptions.NonBacktracking)]
    public static partial Regex ProtocolTag();
}
