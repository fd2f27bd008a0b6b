using System.Collections.Immutable;
using Semver;

namespace Ccm.Portal.Components.Pages.Definitions.Editing;

/// <summary>Versions that may follow another.</summary>
internal static class Versions
{
    public const string First = "1.0.0";

    /// <summary>The next patch, minor and major version; the first one where there is none.</summary>
    public static ImmutableArray<(string What, string Version)> After(string? latest) =>
        latest is not null && SemVersion.TryParse(latest, SemVersionStyles.Strict, out var newest)
            ?
            [
                // A pre-release is followed by its release.
                ("patch", (newest.IsPrerelease ? newest.WithoutPrereleaseOrMetadata() : newest.WithoutPrereleaseOrMetadata().WithPatch(newest.Patch + 1)).ToString()),
                ("minor", newest.WithoutPrereleaseOrMetadata().WithMinor(newest.Minor + 1).WithPatch(0).ToString()),
                ("major", newest.WithoutPrereleaseOrMetadata().WithMajor(newest.Major + 1).WithMinor(0).WithPatch(0).ToString()),
            ]
            : [("first", First)];

    /// <summary>What is suggested: one minor version above.</summary>
    public static string Next(string? latest) => After(latest) is { Length: 3 } next ? next[1].Version : First;
}
