namespace Ccm.Bench.Servers;

/// <summary>The clone that this program was built in.</summary>
internal static class Repository
{
    private static readonly Lazy<string> Found = new(() =>
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ccm.sln")))
                return folder.FullName;
        }
        throw new BenchException($"No Ccm.sln above {AppContext.BaseDirectory}: run the bench in its clone, with 'dotnet run -c Release --project Ccm.Bench -- <name>'.");
    });

    public static string Root => Found.Value;
}
