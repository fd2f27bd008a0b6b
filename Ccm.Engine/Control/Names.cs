using System.Text.RegularExpressions;

namespace Ccm.Engine.Control;

/// <summary>Names that people give to definitions and templates.</summary>
internal static partial class Names
{
    /// <summary>Lower case letters, digits and dashes, 1 to 63, beginning and ending with a letter or digit.</summary>
    public static Problem? Check(string? name) => name is not null && Valid().IsMatch(name) ? null
        : new Problem("name", string.IsNullOrEmpty(name) ? "A name is missing." : $"'{(name.Length > 80 ? name[..80] + "…" : name)}' is no valid name.",
            "Use 1 to 63 lower case letters, digits and dashes, beginning and ending with a letter or digit, as in 'ospf-basics'.");

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Valid();
}
