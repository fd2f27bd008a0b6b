using System.Globalization;
using System.Text.RegularExpressions;

namespace Ccm.Portal.Api;

/// <summary>Times as ISO 8601 with an offset.</summary>
internal static partial class Times
{
    public const string Example = "2030-01-31T08:00:00Z";

    public static bool TryRead(string? text, out DateTimeOffset time)
    {
        time = default;
        return text is not null && WithOffset().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)\z", RegexOptions.NonBacktracking)]
    private static partial Regex WithOffset();
}
