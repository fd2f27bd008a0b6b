namespace Ccm.Tests.Labs;

/// <summary>
/// The public lab files, which are no part of the repository: from <c>CCM_TEST_LABS</c>, else from <c>shared/labs</c> beside a folder
/// above the tests.
/// </summary>
internal static class PublicLabs
{
    public const int Count = 42;

    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>File names, or one empty name when the files are absent, so that the tests are skipped and not silently missing.</summary>
    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        if (Found.Value is not { } folder)
        {
            names.Add("");
            return names;
        }
        foreach (var file in Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal))
            names.Add(Path.GetFileName(file));
        return names;
    }

    public static string Read(string name)
    {
        Assert.SkipWhen(name.Length == 0, "THE PUBLIC LAB FILES ARE ABSENT: set CCM_TEST_LABS to their folder to test with them.");
        return File.ReadAllText(Path.Combine(Found.Value!, name));
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("CCM_TEST_LABS") is { Length: > 0 } given)
            return given;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var labs = Path.Combine(folder.FullName, "shared", "labs");
            if (Directory.Exists(labs))
                return labs;
        }
        return null;
    }
}
