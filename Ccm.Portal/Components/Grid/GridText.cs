using System.Globalization;
using Ccm.Engine.Domain;

namespace Ccm.Portal.Components.Grid;

/// <summary>A column's value as text.</summary>
public static class GridText
{
    /// <summary>On the page, for people to read.</summary>
    public static string Shown(object? value) => value switch
    {
        int number => Counted.Number(number),
        long number => Counted.Number(number),
        _ => Of(value),
    };

    /// <summary>In a download.</summary>
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
