namespace Ccm.Portal.Components;

/// <summary>How a person sees the portal.</summary>
/// <param name="TimeZone">IANA id as the browser tells it; empty or unknown: UTC.</param>
public sealed record Viewer(bool Dark, string TimeZone)
{
    public static readonly Viewer Default = new(false, "");

    private TimeZoneInfo Zone { get; } = TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;

    /// <summary>The same instant on the viewer's clock.</summary>
    public DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, Zone);

    /// <summary>A time that the viewer typed, as an instant.</summary>
    public DateTimeOffset FromLocal(DateTime local) => new(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), Zone.GetUtcOffset(local));
}
