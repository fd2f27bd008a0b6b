using System.Globalization;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;

namespace Ccm.Tests.Week;

/// <summary>What a person does at a time, to the lab that the n-th booking made.</summary>
internal enum Deed { Reserve, Extend, Stop, Start, Cancel }

/// <param name="Booking">The number of the booking it is about.</param>
internal sealed record Act(DateTimeOffset At, Deed Deed, int Booking, string Definition, TimeSpan Ahead, int Minutes);

/// <summary>A week of exams by day, of demos and of people who try something at any hour; drawn from a seed.</summary>
internal static class WeekOfBookings
{
    public const int Days = 7;

    /// <summary>Licensed nodes of each lab by its name: the largest fits a metal host only.</summary>
    public static readonly IReadOnlyDictionary<string, int> Labs = new Dictionary<string, int> { ["pair"] = 2, ["demo"] = 4, ["exam"] = 12, ["course"] = 18, ["campus"] = 60 };

    public static IReadOnlyList<WorkerTemplate> Templates { get; } =
    [
        new() { Name = "small", CpuCores = 8, MemoryGb = 96, StorageGb = 500, LicenseType = LicenseType.Personal, StartupTimeMinutes = 18, RestartTimeMinutes = 5, MaxWorkers = 40, CostPerHour = 0.8m },
        new() { Name = "metal", CpuCores = 64, MemoryGb = 512, StorageGb = 4000, LicenseType = LicenseType.Enterprise, MaxNodes = 400, StartupTimeMinutes = 20, RestartTimeMinutes = 5, MaxWorkers = 3, CostPerHour = 6.1m },
    ];

    public static PublishRequest Lab(string name, int nodes) => new()
    {
        Name = name, Version = "1.0.0", MaxDurationMinutes = 240, Resources = new LabResources(nodes, nodes * 2, nodes * 2, false),
        LabYaml = string.Join('\n', [
            "lab:", $"  title: {name}", "  version: 0.3.0", "nodes:",
            .. Enumerable.Range(0, nodes).Select(n => string.Create(CultureInfo.InvariantCulture, $"  - {{id: n{n}, label: r{n}, node_definition: iosv, x: {n}, y: 0, tags: ['serial:{5000 + n}'], interfaces: [{{id: i0, label: g0}}]}}")),
            "links: []",
        ]),
    };

    /// <summary>In order of time.</summary>
    public static IReadOnlyList<Act> Draw(Random random, DateTimeOffset monday)
    {
        var acts = new List<Act>();
        for (var day = 0; day < Days; day++)
        {
            var midnight = monday.AddDays(day);
            var weekend = day >= 5;
            // Exams: booked the day before or in the night, for the full hours of the day.
            for (var n = 0; n < (weekend ? 12 : 90); n++)
            {
                var start = midnight.AddHours(8 + random.Next(9));
                Book(acts, random, midnight.AddHours(-random.Next(1, 20)), start, Pick(random, "exam", "exam", "course", "demo"), minutes: 60 * random.Next(1, 4));
            }
            // As soon as possible, whenever somebody thinks of it.
            for (var n = 0; n < (weekend ? 30 : 70); n++)
                Book(acts, random, midnight.AddMinutes(random.Next(24 * 60)), null, Pick(random, "pair", "demo", "demo", "course", "campus"), minutes: random.Next(15, 241));
        }
        return [.. acts.Where(act => act.At >= monday).OrderBy(act => act.At)];
    }

    private static void Book(List<Act> acts, Random random, DateTimeOffset at, DateTimeOffset? start, string lab, int minutes)
    {
        var booking = acts.Count(act => act.Deed == Deed.Reserve);
        acts.Add(new Act(at, Deed.Reserve, booking, lab, start is null ? TimeSpan.Zero : start.Value - at, minutes));
        var running = (start ?? at).AddMinutes(25);
        switch (random.Next(20))
        {
            case 0:
                acts.Add(new Act(at.AddMinutes(random.Next(1, 600)), Deed.Cancel, booking, lab, TimeSpan.Zero, 0));
                break;
            case 1:
                acts.Add(new Act(running, Deed.Extend, booking, lab, TimeSpan.Zero, random.Next(10, 60)));
                break;
            case 2:
                acts.Add(new Act(running, Deed.Stop, booking, lab, TimeSpan.Zero, 0));
                acts.Add(new Act(running.AddMinutes(6), Deed.Start, booking, lab, TimeSpan.Zero, 0));
                break;
        }
    }

    private static string Pick(Random random, params ReadOnlySpan<string> labs) => labs[random.Next(labs.Length)];
}
