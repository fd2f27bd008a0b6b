using System.Text.RegularExpressions;

namespace Ccm.Tests.Docs;

/// <summary>The engine's folders import from their own floor or one below, as CONTRIBUTING.md's table has it.</summary>
public sealed partial class FloorTests
{
    private static readonly Dictionary<string, int> Floors = Read();

    [Fact]
    public void Table_EveryFolder_HasAFloor() =>
        Assert.Equal(Repository.Folders("Ccm.Engine").Order(StringComparer.Ordinal), Floors.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Sources_Imports_NeverGoUp()
    {
        var up = from file in Repository.Sources("Ccm.Engine")
                 let importer = file.Split('/')[1]
                 where Floors.ContainsKey(importer)
                 from Match match in Import().Matches(Repository.Read(file))
                 let imported = match.Groups[1].Value
                 where Floors[imported] > Floors[importer]
                 select $"{file} (floor {Floors[importer]}) imports {imported} (floor {Floors[imported]})";

        Assert.Empty(up);
    }

    [Theory]
    [InlineData("State", "Documents")]
    [InlineData("Documents", "State")]
    public void Stores_OfTheSameFloor_DoNotKnowEachOther(string one, string other) =>
        Assert.DoesNotContain(Repository.Sources($"Ccm.Engine/{one}"), file => Repository.Read(file).Contains($"Ccm.Engine.{other}", StringComparison.Ordinal)
            && !Repository.Read(file).Contains($"namespace Ccm.Engine.{other}", StringComparison.Ordinal));

    [Fact]
    public void Engine_Imports_NothingOfHttpOrBlazor() =>
        Assert.DoesNotContain(Repository.Sources("Ccm.Engine"), file => Repository.Read(file).Contains("Microsoft.AspNetCore", StringComparison.Ordinal));

    /// <summary>In the order of the table, the lowest first.</summary>
    private static Dictionary<string, int> Read()
    {
        var text = Repository.Read("CONTRIBUTING.md");
        var table = text[text.IndexOf("## Floors", StringComparison.Ordinal)..text.IndexOf("## Adding a mutation", StringComparison.Ordinal)];
        return Repository.Rows(table).Where(row => row.Next.StartsWith('`'))
            .SelectMany((row, n) => Repository.Quoted(row.Next).Select(folder => (folder, n)))
            .ToDictionary(floor => floor.folder, floor => floor.n);
    }

    [GeneratedRegex(@"^using (?:static )?Ccm\.Engine\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex Import();
}
