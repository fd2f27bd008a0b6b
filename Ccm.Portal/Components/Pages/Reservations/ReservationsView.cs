using System.Globalization;
using Ccm.Engine.Booking;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Reservations;

/// <summary>What of the reservations is shown and how; it stands in the page's address.</summary>
/// <param name="From">Null: the window goes with the time.</param>
/// <param name="Lab">Free slots are looked for, for this lab; empty: for none.</param>
/// <param name="Minutes">0: as long as the lab may last.</param>
public sealed record ReservationsView(DateTimeOffset? From, int Hours, bool ByWorker, ForecastLimit Resource, bool AsTable, string Lab, int Minutes)
{
    public static readonly ReservationsView Default = new(null, 24, true, ForecastLimit.MemoryGb, false, "", 0);

    public static readonly IReadOnlyList<(ForecastLimit Limit, string Word, string Name)> Resources =
    [
        (ForecastLimit.MemoryGb, "memory", "GB of memory"), (ForecastLimit.CpuCores, "cores", "cores"), (ForecastLimit.StorageGb, "storage", "GB of storage"),
        (ForecastLimit.Nodes, "nodes", "licensed nodes"), (ForecastLimit.Ports, "ports", "ports"),
    ];

    /// <summary>From the query of an address; what makes no sense counts as not there.</summary>
    public static ReservationsView Read(string? from, string? hours, string? rows, string? resource, string? view, string? lab, string? minutes) => new(
        DateTimeOffset.TryParse(from, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && IsSane(time) ? time : null,
        int.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && TimeWindow.Lengths.Contains(length) ? length : Default.Hours,
        !Is(rows, "lab"),
        Resources.Where(known => Is(resource, known.Word)).Select(known => known.Limit).FirstOrDefault(Default.Resource),
        Is(view, "table"),
        lab ?? "",
        int.TryParse(minutes, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 0);

    /// <summary>Whether a window there, and one before and after it, are times that can be written.</summary>
    public static bool IsSane(DateTimeOffset from) => from.Year is > 2000 and < 9000;

    public string Name => Resources.First(known => known.Limit == Resource).Name;

    public TimeWindow Window(DateTimeOffset now) => From is { } from ? new TimeWindow(from, Hours) : TimeWindow.Around(now, Hours);

    /// <summary>Of the page that is open; what the table's filters have there stays.</summary>
    public string Address(NavigationManager navigation) => navigation.GetUriWithQueryParameters(new Dictionary<string, object?>
    {
        ["from"] = From?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture),
        ["hours"] = Hours == Default.Hours ? null : Hours,
        ["rows"] = ByWorker ? null : "lab",
        ["resource"] = Resource == Default.Resource ? null : Resources.First(known => known.Limit == Resource).Word,
        ["view"] = AsTable ? "table" : null,
        ["lab"] = Lab.Length == 0 ? null : Lab,
        ["minutes"] = Lab.Length == 0 || Minutes == 0 ? null : Minutes,
    });

    private static bool Is(string? given, string word) => string.Equals(given, word, StringComparison.OrdinalIgnoreCase);
}
