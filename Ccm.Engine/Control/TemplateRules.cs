using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Semver;

namespace Ccm.Engine.Control;

/// <summary>What a worker template must be like.</summary>
public static class TemplateRules
{
    /// <exception cref="RefusedException">Every field that is wrong, at once.</exception>
    internal static void Check(WorkerTemplate template)
    {
        if (Problems(template) is { IsEmpty: false } problems)
            throw new RefusedException(RefusalKind.Invalid, problems);
    }

    /// <summary>Every field that writing it would refuse.</summary>
    public static ImmutableArray<Problem> Problems(WorkerTemplate template)
    {
        var problems = new List<Problem>();
        if (Names.Check(template.Name) is { } name)
            problems.Add(name);
        if (Names.CheckRegion(template.Region) is { } region)
            problems.Add(region);
        Within(problems, "cpuCores", template.CpuCores, 1, 4096);
        Within(problems, "memoryGb", template.MemoryGb, 1, 65536);
        Within(problems, "storageGb", template.StorageGb, 1, 1_000_000);
        Within(problems, "cpuOvercommit", template.CpuOvercommit, 1, 64);
        Within(problems, "maxNodes", template.MaxNodes, template.LicenseType == LicenseType.Enterprise ? 1 : 0, 100_000);
        Within(problems, "startupTimeMinutes", template.StartupTimeMinutes, 0, 1440);
        Within(problems, "restartTimeMinutes", template.RestartTimeMinutes, 0, 1440);
        Within(problems, "drainTimeoutHours", template.DrainTimeoutHours, 1, 168);
        Within(problems, "minWorkers", template.MinWorkers, 0, template.MaxWorkers);
        Within(problems, "maxWorkers", template.MaxWorkers, 0, 10_000);
        if (template.CostPerHour < 0)
            problems.Add(new Problem("costPerHour", $"{template.CostPerHour} is negative.", "Give 0 or more."));
        if (template.PortRange.Start < 1 || template.PortRange.End > 65535 || template.PortRange.Start > template.PortRange.End)
            problems.Add(new Problem("portRange", $"{template.PortRange.Start}–{template.PortRange.End} is no range of ports.", "Give a start and an end from 1 to 65535, the start not above the end."));
        if (!SemVersion.TryParse(template.CmlVersion, SemVersionStyles.Strict, out _))
            problems.Add(new Problem("cmlVersion", $"'{template.CmlVersion}' is no semantic version.", "Give one as in '2.8.1'."));
        return [.. problems];
    }

    private static void Within(List<Problem> problems, string field, int value, int least, int most)
    {
        if (value < least || value > most)
            problems.Add(new Problem(field, $"{value} is out of range.", $"Give {least} to {most}."));
    }
}
