using System.Text.RegularExpressions;

namespace Ccm.Tests.Docs;

/// <summary>What the pages say of settings, paths and commands is so.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = Repository.Read("README.md");

    [Fact]
    public void SettingsTable_AllSettings_AreThoseThatTheCodeReads()
    {
        var written = Repository.Rows(Part("## Settings", "A worker template is")).Select(row => row.Names).Where(IsQuoted).Select(Unquoted);

        Assert.Equal(KnownSettings.OfOptions.Keys.Concat(KnownSettings.ReadDirectly).Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SettingsTable_Defaults_AreThoseOfTheOptions()
    {
        var written = Repository.Rows(Part("## Settings", "A worker template is")).Where(row => IsQuoted(row.Names)).ToDictionary(row => Unquoted(row.Names), row => Unquoted(row.Next));

        Assert.All(KnownSettings.OfOptions.Where(setting => setting.Value is not null), setting => Assert.Equal((setting.Key, setting.Value), (setting.Key, written[setting.Key])));
    }

    [Fact]
    public void TemplateTable_FieldsAndDefaults_AreThoseOfASeed()
    {
        var written = Repository.Rows(Part("A worker template is", "### A real etcd")).Where(row => IsQuoted(row.Names)).ToDictionary(row => Unquoted(row.Names), row => (string?)Unquoted(row.Next));

        Assert.Equal(KnownSettings.OfTemplate, new SortedDictionary<string, string?>(written, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Repository.Pages), MemberType = typeof(Repository))]
    public void Page_SettingsThatItNames_Exist(string page) =>
        Assert.All(SettingName().Matches(Repository.Read(page)).Select(match => match.Value.Replace("__", ":", StringComparison.Ordinal)),
            name => Assert.True(KnownSettings.Has(name), $"{page} names the setting {name}, which nothing reads."));

    [Theory]
    [MemberData(nameof(Repository.Pages), MemberType = typeof(Repository))]
    public void Page_PathsThatItNames_Exist(string page)
    {
        var text = Repository.Read(page);
        var folder = Path.GetDirectoryName(page)!;
        var paths = PathName().Matches(text).Select(match => match.Value)
            .Concat(Link().Matches(text).Select(match => Path.Combine(folder, match.Groups[1].Value)))
            .ToList();

        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.True(Repository.Has(path), $"{page} names {path}, which is not there."));
    }

    /// <summary>A file named without its folder, as one that lies beside another.</summary>
    [Theory]
    [MemberData(nameof(Repository.Pages), MemberType = typeof(Repository))]
    public void Page_FilesThatItNames_Exist(string page)
    {
        var sources = new[] { "Ccm.Engine", "Ccm.Portal", "Ccm.Tests" }.SelectMany(folder => Repository.Sources(folder, "*.*")).Select(Path.GetFileName).ToHashSet();

        Assert.All(Repository.Quoted(Repository.Read(page)).Where(name => FileName().IsMatch(name)),
            name => Assert.True(sources.Contains(name) || Repository.Has(name), $"{page} names {name}, which is not there."));
    }

    [Theory]
    [MemberData(nameof(Repository.Pages), MemberType = typeof(Repository))]
    public void Page_CommandsThatItGives_NameWhatExists(string page)
    {
        var text = Repository.Read(page);

        Assert.All(Project().Matches(text).Select(match => match.Groups[1].Value), project => Assert.True(Repository.Has($"{project}/{project}.csproj"), $"There is no project {project}."));
        Assert.All(Solution().Matches(text).Select(match => match.Groups[1].Value), solution => Assert.True(Repository.Has(solution), $"There is no {solution}."));
        Assert.All(Bench().Matches(text).Select(match => match.Groups[1].Value), bench => Assert.Contains($"[\"{bench}\"]", Repository.Read("Ccm.Bench/Program.cs"), StringComparison.Ordinal));
        Assert.All(TestClass().Matches(text).Select(match => match.Groups[1].Value), name => Assert.True(typeof(ReadmeTests).Assembly.GetType(name) is not null, $"There is no test class {name}."));
    }

    [Fact]
    public void Readme_Commands_AreThere()
    {
        Assert.Contains("dotnet run --project Ccm.Portal", Readme, StringComparison.Ordinal);
        Assert.Contains("./test.sh", Readme, StringComparison.Ordinal);
        Assert.True(Repository.Has("test.sh"));
    }

    [Theory]
    [InlineData("docs/overview.png")]
    [InlineData("docs/reservations.png")]
    public void Readme_Picture_IsThere(string picture)
    {
        Assert.Contains($"({picture})", Readme, StringComparison.Ordinal);
        Assert.True(Repository.Has(picture), $"{picture} is missing.");
    }

    [Theory]
    [InlineData("Ccm.Engine")]
    [InlineData("Ccm.Portal")]
    public void FolderTable_AllFolders_StandInIt(string project)
    {
        var written = Repository.Rows(Part("## How it is built", "## Working on it")).SelectMany(row => Repository.Quoted(row.Names)).ToHashSet();

        Assert.Empty(Repository.Folders(project).Select(folder => $"{project}/{folder}").Except(written));
    }

    private static string Part(string from, string until)
    {
        var start = Readme.IndexOf(from, StringComparison.Ordinal);
        return Readme[start..Readme.IndexOf(until, start, StringComparison.Ordinal)];
    }

    private static bool IsQuoted(string cell) => cell.StartsWith('`') && cell.EndsWith('`');

    private static string Unquoted(string cell) => cell.Trim('`');

    [GeneratedRegex(@"\b(?:Ccm|ConnectionStrings|Authentication)(?::|__)\w+(?:(?::|__)[\w-]+)*(?=\W)")]
    private static partial Regex SettingName();

    [GeneratedRegex(@"(?<![\w/.])(?:Ccm\.(?:Engine|Portal|Tests|Bench)|docs|eng)/[\w./-]*\w")]
    private static partial Regex PathName();

    [GeneratedRegex(@"\]\((?!https?:|#)([^)#]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\w[\w.-]*\.(cs|razor|sh|md|json|props|sln|txt)$")]
    private static partial Regex FileName();

    [GeneratedRegex(@"--project (\S+?)[`\s]")]
    private static partial Regex Project();

    [GeneratedRegex(@"dotnet build (\S+?)[`\s]")]
    private static partial Regex Solution();

    [GeneratedRegex(@"--project Ccm\.Bench -- (\S+)")]
    private static partial Regex Bench();

    [GeneratedRegex(@"-class '([^'*]+)'")]
    private static partial Regex TestClass();
}
