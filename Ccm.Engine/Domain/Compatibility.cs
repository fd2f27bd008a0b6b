using System.Collections.Concurrent;
using Semver;

namespace Ccm.Engine.Domain;

/// <summary>Whether a kind of worker may run a lab at all, whatever its room.</summary>
internal static class Compatibility
{
    private static readonly ConcurrentDictionary<(string Range, string Version), bool> Versions = new();

    public static bool Fits(LabRequest request, LicenseType license, string cmlVersion) => LicenceFits(request, license) && VersionFits(request, cmlVersion);

    public static bool LicenceFits(LabRequest request, LicenseType license) => request.LicenseAffinity.IsDefaultOrEmpty || request.LicenseAffinity.Contains(license);

    public static bool VersionFits(LabRequest request, string cmlVersion) => request.CmlVersionRange.Length == 0
        || Versions.GetOrAdd((request.CmlVersionRange, cmlVersion), static key =>
            SemVersionRange.TryParseNpm(key.Range, out var range) && SemVersion.TryParse(key.Version, SemVersionStyles.Strict, out var version) && range.Contains(version));
}
