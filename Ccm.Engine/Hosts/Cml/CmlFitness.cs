using Ccm.Engine.Domain;

namespace Ccm.Engine.Hosts.Cml;

/// <summary>Whether a CML is what its worker's template declares: what was promised to instances must be there before one is placed.</summary>
internal static class CmlFitness
{
    private const long Gib = 1L << 30;

    /// <summary>Nodes that the product licence alone covers; node packs add to it.</summary>
    private const int BaseNodes = 20;

    /// <summary>Everything that is less than declared, in words that stay the same while it is so; null when it is fit.</summary>
    public static string? Against(Worker worker, CmlInformation information, CmlStats stats, CmlLicensing licensing)
    {
        var troubles = Troubles(worker, information, stats.All, licensing).ToList();
        return troubles.Count == 0 ? null : $"{string.Join(" ", troubles)} Mend the host, or template {worker.Template} and create a new worker.";
    }

    private static IEnumerable<string> Troubles(Worker worker, CmlInformation information, CmlAmounts host, CmlLicensing licensing)
    {
        var version = information.Version.Split('+', '-')[0];
        if (version != worker.CmlVersion.Split('+', '-')[0])
            yield return $"It runs CML {Short(version)}, and CML {worker.CmlVersion} is declared.";
        if (!IsLicensed(worker.LicenseType, licensing))
            yield return $"Its licence is not in order: registration {Short(licensing.Registration.Status)}, authorization {Short(licensing.Authorization.Status)}.";
        else if (LicensedNodes(licensing) is { } nodes && nodes < worker.Declared.Nodes)
            yield return $"Its licence covers {Counted.Of(nodes, "node")}, and {Counted.Of(worker.Declared.Nodes, "is", "are")} declared.";
        if (host.Cpu.Count * (long)worker.CpuOvercommit < worker.Declared.CpuCores)
            yield return $"It has {Counted.Of(host.Cpu.Count, "core")}, and {Counted.Of(worker.Declared.CpuCores / worker.CpuOvercommit, "is", "are")} declared.";
        if (host.Memory.Total / Gib < worker.Declared.MemoryGb)
            yield return $"It has {Counted.Number(host.Memory.Total / Gib)} GB of memory, and {Counted.Number(worker.Declared.MemoryGb)} are declared.";
        if (host.Disk.Total / Gib < worker.Declared.StorageGb)
            yield return $"It has {Counted.Number(host.Disk.Total / Gib)} GB of storage, and {Counted.Number(worker.Declared.StorageGb)} are declared.";
    }

    /// <summary>An evaluation needs no registration.</summary>
    private static bool IsLicensed(LicenseType license, CmlLicensing licensing) => license == LicenseType.Evaluation
        ? licensing.Authorization.Status is "EVAL" or "IN_COMPLIANCE"
        : licensing is { Registration.Status: "COMPLETED", Authorization.Status: "IN_COMPLIANCE" };

    /// <summary>Null when the licence does not tell.</summary>
    private static int? LicensedNodes(CmlLicensing licensing)
    {
        var packs = licensing.Features.IsDefault ? [] : licensing.Features.OfType<CmlFeature>().Where(feature => feature.Id.Contains("NODE_COUNT", StringComparison.Ordinal)).ToList();
        return packs.Count == 0 ? null : BaseNodes + packs.Sum(pack => Math.Clamp(pack.InUse, 0, 100_000));
    }

    private static string Short(string word) => word.Length <= 40 ? word : word[..40];
}
