using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;

namespace Ccm.Bench.MainJob;

/// <summary>How long a start takes. Each is ended by a kill, so that an existing directory is one that a crash left.</summary>
internal static class StartUp
{
    private const int Starts = 5;
    private const double ReadyGoal = 5;

    public static async Task<IEnumerable<Figure>> MeasureAsync()
    {
        var fresh = new List<(double, double)>();
        var existing = new List<(double, double)>();
        for (var n = 0; n < Starts; n++)
        {
            using var folder = new TemporaryFolder();
            fresh.Add(await StartAsync(folder.Path));
            existing.Add(await StartAsync(folder.Path));
        }
        return [.. Figures("Fresh", "a fresh data directory", fresh), .. Figures("Existing", "an existing data directory", existing)];
    }

    /// <summary>The same on the directory of a full fleet.</summary>
    public static async Task<IEnumerable<Figure>> MeasureFullAsync(string directory)
    {
        var full = new List<(double, double)>();
        for (var n = 0; n < Starts; n++)
            full.Add(await StartAsync(directory));
        return Figures("Full", "a data directory with 1,000 instances", full);
    }

    private static async Task<(double Ready, double FirstPage)> StartAsync(string directory)
    {
        await using var portal = await PortalProcess.StartAsync(directory);
        return (portal.ReadyAfter.TotalSeconds, portal.FirstPageAfter.TotalSeconds);
    }

    private static IEnumerable<Figure> Figures(string name, string what, List<(double Ready, double FirstPage)> starts)
    {
        var ready = new Sample(starts.Select(start => start.Ready));
        yield return new Figure($"ready{name}Seconds", $"start to ready on {what}, s, median of {ready.Count}", ready.Median, ReadyGoal);
        yield return new Figure($"ready{name}WorstSeconds", "the slowest of them, s", ready.Max);
        yield return new Figure($"firstPage{name}Seconds", $"start to the first page on {what}, s, median", new Sample(starts.Select(start => start.FirstPage)).Median);
    }
}
