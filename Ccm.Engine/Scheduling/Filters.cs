using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <summary>Why a worker cannot take an instance.</summary>
public enum ReasonCode
{
    WorkerNotRunning, WorkerDraining, LicenseMismatch, CmlVersion, InsufficientCpu, InsufficientMemory, InsufficientStorage, NodeLimit, PortsExhausted,

    /// <summary>It has room, which is kept for one that waits longer.</summary>
    PlaceKept,
}

/// <param name="Text">The same with its numbers, for people.</param>
public sealed record Reason(ReasonCode Code, string Text);

/// <summary>The conditions a worker must meet to take an instance.</summary>
internal static class Filters
{
    /// <summary>All that stands against it; empty when it fits.</summary>
    public static ImmutableArray<Reason> Against(LabletInstance instance, WorkerEntry worker)
    {
        var reasons = ImmutableArray.CreateBuilder<Reason>();
        if (worker.Value.State == WorkerState.Draining)
            reasons.Add(new Reason(ReasonCode.WorkerDraining, "It is being drained."));
        else if (worker.Value.LostSince is not null)
            reasons.Add(new Reason(ReasonCode.WorkerNotRunning, "Its host is lost."));
        else if (worker.Unreadable is { } unreadable)
            reasons.Add(new Reason(ReasonCode.WorkerNotRunning, $"The value of {unreadable.Key} cannot be read."));
        else if (!worker.Value.TakesWork)
            reasons.Add(new Reason(ReasonCode.WorkerNotRunning, worker.Value.UnreachableSince is { } since ? $"It does not answer since {since:u}."
                : worker.Value is { State: WorkerState.Running, Trouble: { } trouble } ? trouble : $"It is {worker.Value.State.ToString().ToUpperInvariant()}."));
        reasons.AddRange(AgainstKind(instance, worker.Value.LicenseType, worker.Value.CmlVersion));
        reasons.AddRange(Shortages(instance, worker.Available, worker.Ports.Value.FreeCount));
        return reasons.ToImmutable();
    }

    /// <summary>What no amount of room would change.</summary>
    public static IEnumerable<Reason> AgainstKind(LabletInstance instance, LicenseType license, string cmlVersion)
    {
        if (!Compatibility.LicenceFits(instance.Request, license))
            yield return new Reason(ReasonCode.LicenseMismatch, $"Its licence is {license.ToString().ToUpperInvariant()}, the lab runs under {string.Join(" or ", instance.Request.LicenseAffinity.Select(l => l.ToString().ToUpperInvariant()))}.");
        if (!Compatibility.VersionFits(instance.Request, cmlVersion))
            yield return new Reason(ReasonCode.CmlVersion, $"It runs CML {cmlVersion}, the lab needs {instance.Request.CmlVersionRange}.");
    }

    /// <summary>What is missing of this room.</summary>
    public static IEnumerable<Reason> Shortages(LabletInstance instance, Capacity available, int freePorts)
    {
        var demand = instance.Demand;
        if (demand.CpuCores > available.CpuCores)
            yield return new Reason(ReasonCode.InsufficientCpu, $"{available.CpuCores} of {demand.CpuCores} cores are free.");
        if (demand.MemoryGb > available.MemoryGb)
            yield return new Reason(ReasonCode.InsufficientMemory, $"{available.MemoryGb} of {demand.MemoryGb} GB of memory are free.");
        if (demand.StorageGb > available.StorageGb)
            yield return new Reason(ReasonCode.InsufficientStorage, $"{available.StorageGb} of {demand.StorageGb} GB of storage are free.");
        if (demand.Nodes > available.Nodes)
            yield return new Reason(ReasonCode.NodeLimit, $"{available.Nodes} of {demand.Nodes} licensed nodes are free.");
        if (instance.Request.PortNames.Length > freePorts)
            yield return new Reason(ReasonCode.PortsExhausted, $"{freePorts} of {instance.Request.PortNames.Length} ports are free.");
    }

    /// <summary>The same question, answered with yes or no and without a word.</summary>
    public static bool KindFits(LabRequest request, LicenseType license, string cmlVersion) => Compatibility.Fits(request, license, cmlVersion);
}
