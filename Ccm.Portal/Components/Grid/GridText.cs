using System.Globalization;

namespace Ccm.Portal.Components.Grid;

/// <summary>A column's value as text, the same on the page and in a download.</summary>
public static class GridText
{
    public static string Of(object? value) => value switch
    {
        null => "",
        string text => text,
        DateTimeOffset time => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        bool yes => yes ? "yes" : "no",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
