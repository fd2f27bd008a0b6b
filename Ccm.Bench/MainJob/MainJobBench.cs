using System.Globalization;
using Ccm.Bench.Measuring;
using Ccm.Bench.Servers;

namespace Ccm.Bench.MainJob;

/// <summary>The embedded default from outside: its start, a reservation seen in the browser, and 1,000 instances on 100 workers.</summary>
internal static class MainJobBench
{
    public static async Task RunAsync()
    {
#if DEBUG
        Console.WriteLine("Built without optimisation: run it with -c Release, or the figures mean little.");
#endif
        var figures = new List<Figure>();
        figures.AddRange(await StartUp.MeasureAsync());
        using (var folder = new TemporaryFolder())
        {
            await using (var portal = await PortalProcess.StartAsync(folder.Path))
            await using (var chromium = await Chromium.LaunchAsync())
            {
                await portal.SignInAsync();
                await FullFleet.PrepareAsync(portal);
                var page = await chromium.SignInAsync(portal.Address);
                figures.AddRange(await Reservations.MeasureAsync(portal, page));
                figures.AddRange(await FullFleet.FillAsync(portal));
                figures.AddRange(await Pages.MeasureAsync(portal, page));
                figures.AddRange(await Scrolling.MeasureAsync(page));
                var (now, peak) = portal.ResidentMegabytes();
                figures.Add(new Figure("residentMegabytes", "resident memory with 1,000 instances and one browser, MB", now, 600));
                figures.Add(new Figure("residentPeakMegabytes", "its peak, MB", peak));
            }
            figures.AddRange(await StartUp.MeasureFullAsync(folder.Path));
        }
        Report.Table([["figure", "measured", "goal", "met"], .. figures.Select(figure => new[]
        {
            figure.What, Number(figure.Value), figure.Goal is { } goal ? Number(goal) : "", figure.GoalMet switch { true => "yes", false => "NO", null => "" },
        })]);
        Report.Json(new
        {
            bench = "main-job",
            figures = figures.ToDictionary(figure => figure.Name, figure => new { value = Report.Rounded(figure.Value), goal = figure.Goal, goalMet = figure.GoalMet }),
            goalsMet = figures.All(figure => figure.GoalMet != false),
        });
    }

    private static string Number(double value) => Report.Rounded(value).ToString("#,0.###", CultureInfo.InvariantCulture);
}
