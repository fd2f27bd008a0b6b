using System.Globalization;
using System.Text.RegularExpressions;
using Ccm.Engine.Labs;
using CsCheck;
using YamlDotNet.Serialization;

namespace Ccm.Tests.Labs;

public sealed partial class LabRewritePropertyTests
{
    [Fact]
    public void WithPorts_RandomLab_IsTheSameButForItsPorts() => RandomLab.Generator.Sample(lab =>
    {
        var yaml = lab.Write();
        var ports = PortTemplate.Derive(LabFile.Parse(yaml)).Index().ToDictionary(port => port.Item, port => 2000 + port.Index);

        var rewritten = LabRewrite.WithPorts(yaml, ports);

        Assert.Equal(Flatten(Load(yaml), "", ports), Flatten(Load(rewritten), "", null));
        Assert.Equal(yaml.Count(character => character == '\n'), rewritten.Count(character => character == '\n'));
    });

    [Fact]
    public void WithPorts_RandomLabWithPortsAlready_ChangesNoMore() => RandomLab.Generator.Sample(lab =>
    {
        var yaml = lab.Write();
        var ports = PortTemplate.Derive(LabFile.Parse(yaml)).Index().ToDictionary(port => port.Item, port => 2000 + port.Index);
        var once = LabRewrite.WithPorts(yaml, ports);
        var second = PortTemplate.Derive(LabFile.Parse(once)).Index().ToDictionary(port => port.Item, port => 2000 + port.Index);

        Assert.Equal(once, LabRewrite.WithPorts(once, second));
    });

    /// <summary>Read by the library's own loader, which shares nothing with the reader under test but the scanner.</summary>
    private static object Load(string yaml) => new DeserializerBuilder().Build().Deserialize<object>(yaml)!;

    /// <summary>Every value with its path; given ports, with the placeholders filled in where ports may stand.</summary>
    private static List<string> Flatten(object? value, string path, Dictionary<string, int>? ports)
    {
        return [.. Walk(value, path).Select(leaf => $"{leaf.Path}={(ports is not null && PortPlace().IsMatch(leaf.Path) ? Fill(leaf.Text) : leaf.Text)}")];

        string Fill(string text) => Placeholder().Replace(text, match => ports[match.Groups[1].Value.ToLowerInvariant()].ToString(CultureInfo.InvariantCulture));
    }

    private static IEnumerable<(string Path, string Text)> Walk(object? value, string path) => value switch
    {
        Dictionary<object, object> map => map.SelectMany(field => Walk(field.Value, $"{path}/{field.Key}")),
        List<object> list => list.Index().SelectMany(item => Walk(item.Item, $"{path}/{item.Index}")),
        _ => [(path, value?.ToString() ?? "null")],
    };

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("^/nodes/[0-9]+/(label|tags/[0-9]+)$|^/smart_annotations/[0-9]+/tag$")]
    private static partial Regex PortPlace();
}
