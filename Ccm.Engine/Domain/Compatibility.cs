using System.Collections.Concurrent;
using Semver;

namespace Ccm.Engine.Domain;

/// <summary>What of a worker decides whether it may run a lab at all, and what no amount of room would change.</summary>
public readonly record struct WorkerKind(LicenseType License, string CmlVersion, string Region);

/// <summary>Whether a kind of worker may run a lab at all, whatever its room.</summary>
internal static class Compatibility
{
    private static readonly ConcurrentDictionary<(string Range, string Version), bool> Versions = new();

    public static bool Fits(LabRequest request, in WorkerKind kind) => LicenceFits(request, kind.License) && RegionFits(request, kind.Region) && VersionFits(request, kind.CmlVersion);

    public static bool LicenceFits(LabRequest request, LicenseType license) => request.LicenseAffinity.IsDefaultOrEmpty || request.LicenseAffinity.Contains(license);

    public static bool RegionFits(LabRequest request, string region) => request.Region.Length == 0 || request.Region == region;

    public static bool VersionFits(LabRequest request, string cmlVersion) => request.CmlVersionRange.Length == 0
        || Versions.GetOrAdd((request.CmlVersionRange, cmlVersion), static key =>
            SemVersionRange.TryParseNpm(key.Range, out var range) && SemVersion.TryParse(key.Version, SemVersionStyles.Strict, out var version) && range.Contains(version));
}
