using System.Collections.Immutable;
using System.Text;

namespace Ccm.Engine.Labs;

/// <summary>The names of the ports that each instance of a lab holds.</summary>
public static class PortTemplate
{
    /// <summary>Ports of one lab: placing it writes each name three times into one transaction, which has its limit.</summary>
    public const int Most = 4000;

    /// <summary>
    /// From placeholders where the file has any; else from tags as <c>serial:5001</c>, as <c>{label}_{protocol}</c>; else one
    /// <c>{label}_serial</c> for every node with a console. In order of the file, each once.
    /// </summary>
    public static ImmutableArray<string> Derive(LabTopology topology)
    {
        var placeholders = topology.Places.SelectMany(place => Places.Placeholder().Matches(place)).Select(match => PortOf(match.Groups["name"].Value)).Distinct().ToImmutableArray();
        if (!placeholders.IsEmpty)
            return placeholders;
        var tagged = TagPorts(topology).Select(tag => tag.Port).ToImmutableArray();
        if (!tagged.IsEmpty)
            return tagged;
        var names = new UniqueNames();
        return [.. topology.Nodes.Where(node => node.HasConsole).Select(node => names.Of(node, "serial"))];
    }

    /// <summary>The port of every protocol tag: node by place, tag by place, name.</summary>
    internal static IEnumerable<(int Node, int Tag, string Protocol, string Port)> TagPorts(LabTopology topology)
    {
        var names = new UniqueNames();
        for (var n = 0; n < topology.Nodes.Length; n++)
        {
            for (var t = 0; t < topology.Nodes[n].Tags.Length; t++)
            {
                if (Places.ProtocolTag().Match(topology.Nodes[n].Tags[t]) is { Success: true } match)
                    yield return (n, t, match.Groups["protocol"].Value, names.Of(topology.Nodes[n], match.Groups["protocol"].Value.ToLowerInvariant()));
            }
        }
    }

    internal static string PortOf(string placeholder) => placeholder.ToLowerInvariant();

    private sealed class UniqueNames
    {
        private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

        /// <summary>Where the search for a suffix goes on, so that thousands of nodes of one label do not each begin at 2.</summary>
        private readonly Dictionary<string, int> _next = new(StringComparer.Ordinal);

        public string Of(LabNode node, string protocol)
        {
            var label = Safe(node.Label) is { Length: > 0 } safe ? safe : Safe(node.Id);
            var name = $"{label}_{protocol}";
            if (_taken.Add(name))
                return name;
            var n = _next.GetValueOrDefault(name, 2);
            while (!_taken.Add($"{name}_{n}"))
                n++;
            _next[name] = n + 1;
            return $"{name}_{n}";
        }

        private static string Safe(string text)
        {
            var safe = new StringBuilder();
            foreach (var character in text.Trim().ToLowerInvariant())
            {
                if (char.IsAsciiLetterOrDigit(character))
                    safe.Append(character);
                else if (safe.Length > 0 && safe[^1] != '_')
                    safe.Append('_');
            }
            return safe.ToString(0, Math.Min(safe.Length, 48)).Trim('_');
        }
    }
}
