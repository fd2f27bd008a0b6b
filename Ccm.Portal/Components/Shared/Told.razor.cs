using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Shared;

/// <summary>A sentence of the engine, whose times are UTC, with each of them on the viewer's clock like all others of the page.</summary>
public sealed partial class Told
{
    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    /// <summary>The same where there is only text.</summary>
    public static string On(Viewer viewer, string text) => string.Concat(Pieces(text).Select(piece => piece.Time is { } time ? viewer.Exact(time) : piece.Text));

    private static IEnumerable<(string Text, DateTimeOffset? Time)> Pieces(string text)
    {
        var from = 0;
        foreach (Match match in Universal().Matches(text))
        {
            if (!DateTimeOffset.TryParseExact(match.Value, "u", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                continue;
            yield return (text[from..match.Index], null);
            yield return ("", time);
            from = match.Index + match.Length;
        }
        yield return (text[from..], null);
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", RegexOptions.NonBacktracking)]
    private static partial Regex Universal();
}
