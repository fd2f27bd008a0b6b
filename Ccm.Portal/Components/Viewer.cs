using System.Globalization;

namespace Ccm.Portal.Components;

/// <summary>How a person sees the portal. All times that people see are written here, so that they are alike. Exports, and what is told beside a local time, are in UTC.</summary>
/// <param name="TimeZone">IANA id; empty or unknown: UTC.</param>
public sealed record Viewer(bool Dark, string TimeZone)
{
    public const string ThemeCookie = "ccm-theme";

    /// <summary>The browser's own zone, which its script writes at each visit.</summary>
    public const string BrowserZoneCookie = "ccm-tz";

    /// <summary>The zone that the person chose; absent: the browser's.</summary>
    public const string ChosenZoneCookie = "ccm-zone";

    public static readonly Viewer Default = new(false, "");

    private TimeZoneInfo Zone { get; } = Find(TimeZone) ?? TimeZoneInfo.Utc;

    /// <summary>What the zone is called, where it is known.</summary>
    public string ZoneName => Zone == TimeZoneInfo.Utc ? "UTC" : TimeZone;

    /// <summary>As the cookies say, so that the very first paint is right.</summary>
    public static Viewer Of(IRequestCookieCollection cookies) => new(cookies[ThemeCookie] == "dark",
        cookies[ChosenZoneCookie] is { } chosen && IsZone(chosen) ? chosen : cookies[BrowserZoneCookie] ?? "");

    public static bool IsZone(string id) => Find(id) is not null;

    /// <summary>The same instant on the viewer's clock.</summary>
    public DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, Zone);

    /// <summary>To the second.</summary>
    public string Exact(DateTimeOffset time) => Local(time).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>To the minute, and without the day when it is today.</summary>
    public string Brief(DateTimeOffset time, DateTimeOffset now) =>
        Local(time).Date == Local(now).Date ? Clock(time) : Local(time).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>To the minute with the day of the week, for times that somebody plans with.</summary>
    public string Planned(DateTimeOffset time) => Local(time).ToString("ddd yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>To the minute, where the day is told beside it.</summary>
    public string Clock(DateTimeOffset time) => Local(time).ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>For input fields of browsers, which show it in their own way.</summary>
    public string Field(DateTimeOffset time) => Local(time).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A time that the viewer typed, as an instant.</summary>
    public DateTimeOffset FromLocal(DateTime local) => new(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), Zone.GetUtcOffset(local));

    private static TimeZoneInfo? Find(string id) => TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : null;
}
