using System.Collections.Immutable;
using System.Globalization;

namespace Ccm.Engine.Labs;

/// <summary>Reads CML lab files (topology schema 0.0.3 to 0.3.0).</summary>
public static class LabFile
{
    private const int MostProblems = 20;

    /// <summary>Characters; CML itself takes far fewer. Both stand in the events of the lab, which have to fit into one transaction.</summary>
    private const int LongestTitle = 1_000;
    private const int LongestDescription = 10_000;

    /// <summary>The topology of a lab file; a lab without nodes is valid.</summary>
    /// <exception cref="LabRefusedException">Not YAML, not a topology, or one that contradicts itself.</exception>
    public static LabTopology Parse(string yaml)
    {
        if (YamlTree.Read(yaml) is not YamlValue.Map root)
            throw new LabRefusedException(new LabProblem(1, null, "The file is YAML, but no CML topology.", "A topology has the keys 'lab', 'nodes' and 'links'."));
        var problems = new List<LabProblem>();
        if (root["nodes"] is null)
            throw new LabRefusedException(new LabProblem(1, "nodes", "The file is YAML, but no CML topology: 'nodes' is missing.", "A topology has the keys 'lab', 'nodes' and 'links'."));
        var lab = root["lab"] as YamlValue.Map;
        if (lab is null)
            problems.Add(new LabProblem(root["lab"]?.Line ?? 1, "lab", "'lab' is missing or no mapping.", "It holds at least the lab's title."));
        TooLong(lab, "title", LongestTitle, problems);
        TooLong(lab, "description", LongestDescription, problems);
        var nodes = Items(root, "nodes", problems).Select((node, n) => ReadNode(node, $"nodes[{n}]", problems)).OfType<ReadNodeResult>().ToList();
        RefuseTwice(nodes, problems);
        var links = ReadLinks(root, nodes, problems);
        var places = Places.Find(root).ToList();
        foreach (var place in places)
            Places.Check(place, problems);
        Places.CheckElsewhere(root, places, problems);
        if (problems.Count > 0)
            throw new LabRefusedException([.. problems.OrderBy(problem => problem.Line).Take(MostProblems)]);
        var topology = new LabTopology
        {
            Title = Text(lab?["title"]) ?? "",
            Description = Text(lab?["description"]) ?? "",
            Nodes = [.. nodes.Select(node => node.Node)],
            Links = links,
            Places = [.. places.Select(place => place.Value.Value)],
        };
        if (PortTemplate.Derive(topology).Length is > PortTemplate.Most and var ports)
            throw new LabRefusedException(new LabProblem(root["nodes"]!.Line, "nodes", $"The lab has {ports} ports, more than {PortTemplate.Most}.", "Split the lab, or name fewer ports."));
        return topology;
    }

    private static ReadNodeResult? ReadNode(YamlValue value, string path, List<LabProblem> problems)
    {
        if (value is not YamlValue.Map node)
        {
            problems.Add(new LabProblem(value.Line, path, "A node is no mapping.", "Each node has 'id', 'label' and 'node_definition'."));
            return null;
        }
        var id = Text(node["id"]);
        var definition = Text(node["node_definition"]);
        if (string.IsNullOrEmpty(id))
            problems.Add(new LabProblem(node.Line, $"{path}.id", "A node has no id.", "Give each node an id of its own, as in 'n0'."));
        if (string.IsNullOrEmpty(definition))
            problems.Add(new LabProblem(node.Line, $"{path}.node_definition", "A node has no node definition.", "Name one that the host knows, as in 'iosv'."));
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(definition))
            return null;
        var read = new LabNode(id, Text(node["label"]) ?? "", definition,
            Number(node, "cpus", path, 0, 1024, problems), Number(node, "ram", path, 0, 16_777_216, problems),
            Coordinate(node["x"]), Coordinate(node["y"]), [.. TextItems(node["tags"]).Select(tag => tag.Value)]);
        var interfaces = (node["interfaces"] as YamlValue.List)?.Items.OfType<YamlValue.Map>().Select(i => Text(i["id"])).OfType<string>().ToList() ?? [];
        foreach (var twice in interfaces.GroupBy(i => i).Where(group => group.Count() > 1))
            problems.Add(new LabProblem(node.Line, $"{path}.interfaces", $"Node '{id}' has two interfaces '{YamlTree.Short(twice.Key)}'.", "Give each an id of its own."));
        return new ReadNodeResult(read, [.. interfaces], node.Line, path);
    }

    private static ImmutableArray<LabLink> ReadLinks(YamlValue.Map root, List<ReadNodeResult> nodes, List<LabProblem> problems)
    {
        var byId = nodes.GroupBy(node => node.Node.Id).ToDictionary(group => group.Key, group => group.First());
        var links = ImmutableArray.CreateBuilder<LabLink>();
        var n = -1;
        foreach (var value in root["links"] is null ? [] : Items(root, "links", problems))
        {
            var path = $"links[{++n}]";
            if (value is not YamlValue.Map link)
            {
                problems.Add(new LabProblem(value.Line, path, "A link is no mapping.", "Each link has 'n1', 'i1', 'n2' and 'i2'."));
                continue;
            }
            if (CheckEnd(link, "n1", "i1") & CheckEnd(link, "n2", "i2"))
                links.Add(new LabLink(Text(link["n1"])!, Text(link["n2"])!));

            bool CheckEnd(YamlValue.Map map, string nodeKey, string interfaceKey)
            {
                var node = Text(map[nodeKey]);
                if (node is null || !byId.TryGetValue(node, out var known))
                {
                    problems.Add(new LabProblem(map.Line, $"{path}.{nodeKey}", $"The link goes to node '{YamlTree.Short(node ?? "")}', which does not exist.", "Name the id of a node in 'nodes'."));
                    return false;
                }
                if (Text(map[interfaceKey]) is { } name && !known.Interfaces.Contains(name))
                {
                    problems.Add(new LabProblem(map.Line, $"{path}.{interfaceKey}", $"Node '{node}' has no interface '{YamlTree.Short(name)}'.", "Name the id of one of its interfaces."));
                    return false;
                }
                return true;
            }
        }
        return links.ToImmutable();
    }

    private static void RefuseTwice(List<ReadNodeResult> nodes, List<LabProblem> problems)
    {
        foreach (var twice in nodes.GroupBy(node => node.Node.Id).Where(group => group.Count() > 1))
            problems.Add(new LabProblem(twice.Skip(1).First().Line, $"{twice.Skip(1).First().Path}.id",
                $"Node id '{YamlTree.Short(twice.Key)}' is used {twice.Count()} times.", "Give each node an id of its own."));
    }

    private static List<YamlValue> Items(YamlValue.Map root, string key, List<LabProblem> problems)
    {
        if (root[key] is YamlValue.List list)
            return list.Items;
        if (root[key] is not YamlValue.Text { Value: "" or "null" or "~" })
            problems.Add(new LabProblem(root[key]!.Line, key, $"'{key}' is no list.", "Give a list, which may be empty."));
        return [];
    }

    private static int? Number(YamlValue.Map node, string key, string path, int least, int most, List<LabProblem> problems)
    {
        if (node[key] is null or YamlValue.Text { Value: "" or "null" or "~" })
            return null;
        if (int.TryParse(Text(node[key]), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        problems.Add(new LabProblem(node[key]!.Line, $"{path}.{key}", $"'{YamlTree.Short(Text(node[key]) ?? "…")}' is no amount of {key}.", $"Give {least} to {most}, or null for the node definition's own."));
        return null;
    }

    private static void TooLong(YamlValue.Map? lab, string key, int most, List<LabProblem> problems)
    {
        if (lab?[key] is YamlValue.Text text && text.Value.Length > most)
            problems.Add(new LabProblem(text.Line, $"lab.{key}", $"The {key} has {text.Value.Length} characters.", $"Give at most {most}."));
    }

    private static double Coordinate(YamlValue? value) =>
        double.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : 0;

    internal static IEnumerable<YamlValue.Text> TextItems(YamlValue? value) => (value as YamlValue.List)?.Items.OfType<YamlValue.Text>() ?? [];

    private static string? Text(YamlValue? value) => (value as YamlValue.Text)?.Value;

    private sealed record ReadNodeResult(LabNode Node, HashSet<string> Interfaces, int Line, string Path);
}
