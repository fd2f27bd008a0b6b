using System.Text.RegularExpressions;

namespace Ccm.Engine.Control;

/// <summary>Names that people give to definitions, templates and regions.</summary>
internal static partial class Names
{
    /// <summary>Lower case letters, digits and dashes, 1 to 63, beginning and ending with a letter or digit.</summary>
    public static Problem? Check(string? name) => name is not null && Valid().IsMatch(name) ? null
        : new Problem("name", string.IsNullOrEmpty(name) ? "A name is missing." : $"'{(name.Length > 80 ? name[..80] + "…" : name)}' is no valid name.",
            "Use 1 to 63 lower case letters, digits and dashes, beginning and ending with a letter or digit, as in 'ospf-basics'.");

    /// <summary>1 to 63 characters as providers name their regions; upper and lower case differ.</summary>
    public static Problem? CheckRegion(string region) => ValidRegion().IsMatch(region) ? null
        : new Problem("region", region.Length == 0 ? "A region is missing." : $"'{(region.Length > 80 ? region[..80] + "…" : region)}' is no valid region.",
            "Use 1 to 63 letters, digits, dashes, dots and underscores, as in 'eu-west-1'.");

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,63}\z", RegexOptions.NonBacktracking)]
    private static partial Regex ValidRegion();

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Valid();
}
