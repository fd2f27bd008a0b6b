namespace Ccm.Portal.Live;

/// <summary>Words of the domain as they stand in a page's address, and of time.</summary>
internal static class Words
{
    /// <summary>The value of that name, upper or lower case; null for any other text, numbers and lists included.</summary>
    public static T? ValueOf<T>(string? name) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), name, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        return null;
    }

    /// <summary>How long, to the two largest units that count: <c>3 h 5 min</c>.</summary>
    public static string Lasting(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => "0 s",
        { TotalMinutes: < 1 } => $"{time.Seconds} s",
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds} s",
        { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes} min",
        _ => $"{time.Days} d {time.Hours} h",
    };
}
