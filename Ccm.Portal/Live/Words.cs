using System.Globalization;

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

    /// <summary>So many characters at most, as people count them: no emoji is cut in half.</summary>
    public static string Short(string text, int most)
    {
        if (text.Length <= most)
            return text;
        // A title may be as long as the file.
        var start = text[..Math.Min(text.Length, 20 * most)];
        var characters = new StringInfo(start);
        return characters.LengthInTextElements > most ? characters.SubstringByTextElements(0, most) + "…" : start.Length < text.Length ? start + "…" : text;
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
