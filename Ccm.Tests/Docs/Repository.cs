using System.Text.RegularExpressions;

namespace Ccm.Tests.Docs;

/// <summary>The repository's own files, as they lie above the tests.</summary>
internal static partial class Repository
{
    public static readonly string Root = FindRoot();

    /// <summary>The pages that people read, by their paths from the root.</summary>
    public static TheoryData<string> Pages => ["README.md", "CONTRIBUTING.md", "docs/decisions.md"];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static bool Has(string path) => Path.Exists(Path.Combine(Root, path));

    /// <summary>Sources under a folder, by their paths from the root, without what the build wrote.</summary>
    public static IEnumerable<string> Sources(string folder, string pattern = "*.cs") =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !Built().IsMatch(file));

    /// <summary>Folders right below one, without what the build wrote and what serves only the tooling.</summary>
    public static IEnumerable<string> Folders(string folder) =>
        Directory.EnumerateDirectories(Path.Combine(Root, folder)).Select(path => Path.GetFileName(path))
            .Where(name => name is not ("bin" or "obj" or "data" or "Properties" or "wwwroot"));

    /// <summary>The first cells of a table's rows that hold names in backticks, row by row, with the cell after them.</summary>
    public static IEnumerable<(string Names, string Next)> Rows(string text) =>
        Row().Matches(text).Select(match => (match.Groups["first"].Value.Trim(), match.Groups["second"].Value.Trim()));

    /// <summary>What stands in backticks.</summary>
    public static IEnumerable<string> Quoted(string text) => Backticks().Matches(text).Select(match => match.Groups[1].Value);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ccm.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("No folder above the tests holds Ccm.sln.");
    }

    [GeneratedRegex(@"(^|/)(bin|obj)/")]
    private static partial Regex Built();

    [GeneratedRegex(@"^\| (?<first>[^|]+) \| (?<second>[^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Backticks();
}
