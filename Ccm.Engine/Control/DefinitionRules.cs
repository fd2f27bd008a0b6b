using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Semver;

namespace Ccm.Engine.Control;

/// <summary>What a definition must be like, its lab file aside.</summary>
public static class DefinitionRules
{
    /// <exception cref="RefusedException">Every field that is wrong, at once.</exception>
    internal static void Check(PublishRequest request)
    {
        if (Problems(request) is { IsEmpty: false } problems)
            throw new RefusedException(RefusalKind.Invalid, problems);
    }

    /// <summary>Every field that publishing would refuse.</summary>
    public static ImmutableArray<Problem> Problems(PublishRequest request)
    {
        var problems = new List<Problem>();
        if (Names.Check(request.Name) is { } name)
            problems.Add(name);
        if (!SemVersion.TryParse(request.Version, SemVersionStyles.Strict, out _))
            problems.Add(new Problem("version", string.IsNullOrEmpty(request.Version) ? "A version is missing." : $"'{Short(request.Version)}' is no semantic version.", "Give one as in '1.0.0'."));
        if (!string.IsNullOrWhiteSpace(request.CmlVersionRange) && !SemVersionRange.TryParseNpm(request.CmlVersionRange, out _))
            problems.Add(new Problem("cmlVersionRange", $"'{Short(request.CmlVersionRange)}' is no version range.", "Give one as in '>=2.7.0 <3.0.0', or nothing for any."));
        if (request.Region is { Length: > 0 } region && Names.CheckRegion(region) is { } wrong)
            problems.Add(wrong);
        if (request.MaxDurationMinutes is < 1 or > 43_200)
            problems.Add(new Problem("maxDurationMinutes", $"{request.MaxDurationMinutes} is out of range.", "Give 1 to 43200 minutes."));
        if (request.WarmPoolDepth is < 0 or > 100)
            problems.Add(new Problem("warmPoolDepth", $"{request.WarmPoolDepth} is out of range.", "Give 0 to 100."));
        if (request.Resources is { } resources && (resources.CpuCores is < 0 or > 4096 || resources.MemoryGb is < 0 or > 65536 || resources.StorageGb is < 0 or > 1_000_000))
            problems.Add(new Problem("resources", "An amount is out of range.", "Give 0 or more cores, GB of memory and GB of storage, as one host could have."));
        TooLong(problems, "cmlVersionRange", request.CmlVersionRange, 200);
        TooLong(problems, "description", request.Description, 10_000);
        TooLong(problems, "changeNote", request.ChangeNote, 2_000);
        TooLong(problems, "artifactUri", request.ArtifactUri, 2_000);
        TooLong(problems, "gradingRulesUri", request.GradingRulesUri, 2_000);
        TooLong(problems, "ownerNotification", request.OwnerNotification, 500);
        return [.. problems];
    }

    /// <summary>
    /// The settings in which two versions differ, as a request names them. What the lab says by itself, who published it and why are none:
    /// with none of these another, and the lab the same, a version is the same again.
    /// </summary>
    public static ImmutableArray<string> OtherSettings(LabletDefinition one, LabletDefinition other) =>
    [.. new[]
    {
        ("description", one.Description == other.Description),
        ("resources", one.Resources == other.Resources),
        ("cmlVersionRange", one.CmlVersionRange == other.CmlVersionRange),
        ("region", one.Region == other.Region),
        ("licenseAffinity", one.LicenseAffinity.ToHashSet().SetEquals(other.LicenseAffinity)),
        ("maxDurationMinutes", one.MaxDurationMinutes == other.MaxDurationMinutes),
        ("warmPoolDepth", one.WarmPoolDepth == other.WarmPoolDepth),
        ("artifactUri", (one.ArtifactUri ?? "") == (other.ArtifactUri ?? "")),
        ("gradingRulesUri", (one.GradingRulesUri ?? "") == (other.GradingRulesUri ?? "")),
        ("ownerNotification", (one.OwnerNotification ?? "") == (other.OwnerNotification ?? "")),
    }.Where(setting => !setting.Item2).Select(setting => setting.Item1)];

    private static void TooLong(List<Problem> problems, string field, string? value, int most)
    {
        if (value?.Length > most)
            problems.Add(new Problem(field, $"{value.Length} characters are too many.", $"Give at most {most}."));
    }

    private static string Short(string text) => text.Length > 80 ? text[..80] + "…" : text;
}
