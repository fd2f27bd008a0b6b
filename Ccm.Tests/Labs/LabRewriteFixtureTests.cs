using System.Globalization;
using Ccm.Engine.Labs;

namespace Ccm.Tests.Labs;

/// <summary>Labs that carry ports, each with the text expected of it, written by hand.</summary>
public sealed class LabRewriteFixtureTests
{
    public static TheoryData<string> Cases() => ["placeholders", "protocol-tags", "lab-last"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Derive_Fixture_NamesItsPortsInOrder(string name) =>
        Assert.Equal(Ports(name).Select(port => port.Name).Order(StringComparer.Ordinal), PortTemplate.Derive(LabFile.Parse(Text(name, "lab.yaml"))).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Cases))]
    public void WithPorts_Fixture_DiffersOnlyAtPorts(string name) =>
        Assert.Equal(Text(name, "expected.yaml"), LabRewrite.WithPorts(Text(name, "lab.yaml"), Map(name)), ignoreLineEndingDifferences: false);

    [Theory]
    [MemberData(nameof(Cases))]
    public void WithPorts_FixtureWithCrLf_KeepsCrLf(string name) =>
        Assert.Equal(CrLf(Text(name, "expected.yaml")), LabRewrite.WithPorts(CrLf(Text(name, "lab.yaml")), Map(name)), ignoreLineEndingDifferences: false);

    [Theory]
    [MemberData(nameof(Cases))]
    public void WithPorts_FixtureWithByteOrderMark_KeepsIt(string name) =>
        Assert.Equal('\ufeff' + Text(name, "expected.yaml"), LabRewrite.WithPorts('\ufeff' + Text(name, "lab.yaml"), Map(name)), ignoreLineEndingDifferences: false);

    [Theory]
    [MemberData(nameof(Cases))]
    public void WithPorts_PortMissing_IsRefusedByName(string name)
    {
        var ports = Map(name);
        var missing = ports.Keys.Order(StringComparer.Ordinal).First();
        ports.Remove(missing);

        var problem = Assert.Single(Assert.Throws<LabRefusedException>(() => LabRewrite.WithPorts(Text(name, "lab.yaml"), ports)).Problems);

        Assert.Contains($"'{missing}'", problem.Reason, StringComparison.Ordinal);
        Assert.NotNull(problem.Line);
        Assert.NotNull(problem.Path);
    }

    private static string CrLf(string text) => text.ReplaceLineEndings("\r\n");

    private static Dictionary<string, int> Map(string name) => Ports(name).ToDictionary(port => port.Name, port => port.Number);

    private static IEnumerable<(string Name, int Number)> Ports(string name) => Text(name, "ports.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split('=')).Select(parts => (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture)));

    private static string Text(string name, string file) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Labs", "Fixtures", name, file)).ReplaceLineEndings("\n");
}
