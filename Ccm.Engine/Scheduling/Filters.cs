using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <summary>Why a worker cannot take an instance.</summary>
public enum ReasonCode
{
    WorkerNotRunning, WorkerDraining, LicenseMismatch, CmlVersion, Region, InsufficientCpu, InsufficientMemory, InsufficientStorage, NodeLimit, PortsExhausted,

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
                : worker.Value is { State: WorkerState.Running, Trouble: { } trouble } ? trouble
                : worker.Value is { State: WorkerState.Running, Target: var target and not WorkerTarget.Running } ? $"It is about to drain, asked to be {target.ToString().ToUpperInvariant()}." : $"It is {worker.Value.State.ToString().ToUpperInvariant()}."));
        reasons.AddRange(AgainstKind(instance.Request, worker.Value.Kind));
        reasons.AddRange(Shortages(instance, worker.Available, worker.Ports.Value.FreeCount, worker.Value.Declared, worker.Value.PortRange.Count));
        return reasons.ToImmutable();
    }

    /// <summary>What no amount of room would change.</summary>
    public static IEnumerable<Reason> AgainstKind(LabRequest request, WorkerKind kind)
    {
        if (!Compatibility.LicenceFits(request, kind.License))
            yield return new Reason(ReasonCode.LicenseMismatch, $"Its licence is {kind.License.ToString().ToUpperInvariant()}, the lab runs under {string.Join(" or ", request.LicenseAffinity.Select(l => l.ToString().ToUpperInvariant()))}.");
        if (!Compatibility.VersionFits(request, kind.CmlVersion))
            yield return new Reason(ReasonCode.CmlVersion, $"It runs CML {kind.CmlVersion}, the lab needs {request.CmlVersionRange}.");
        if (!Compatibility.RegionFits(request, kind.Region))
            yield return new Reason(ReasonCode.Region, $"It is in region {kind.Region}, the lab must be in {request.Region}.");
    }

    /// <summary>What is missing of this room.</summary>
    /// <param name="declared">What there would be of it, were nothing on the worker: whether waiting helps.</param>
    public static IEnumerable<Reason> Shortages(LabletInstance instance, Capacity available, int freePorts, Capacity declared, int ports)
    {
        var demand = instance.Demand;
        if (demand.CpuCores > available.CpuCores)
            yield return Short(ReasonCode.InsufficientCpu, available.CpuCores, declared.CpuCores, demand.CpuCores, "core", "cores");
        if (demand.MemoryGb > available.MemoryGb)
            yield return Short(ReasonCode.InsufficientMemory, available.MemoryGb, declared.MemoryGb, demand.MemoryGb, "GB of memory", "GB of memory");
        if (demand.StorageGb > available.StorageGb)
            yield return Short(ReasonCode.InsufficientStorage, available.StorageGb, declared.StorageGb, demand.StorageGb, "GB of storage", "GB of storage");
        if (demand.Nodes > available.Nodes)
            yield return Short(ReasonCode.NodeLimit, available.Nodes, declared.Nodes, demand.Nodes, "licensed node", "licensed nodes");
        if (instance.Request.PortNames.Length > freePorts)
            yield return Short(ReasonCode.PortsExhausted, freePorts, ports, instance.Request.PortNames.Length, "port", "ports");
    }

    private static Reason Short(ReasonCode code, int free, int all, int needed, string one, string many) => new(code, needed > all
        ? $"It has {Counted.Of(all, one, many)}, {Counted.Number(needed)} needed." : $"{Counted.Number(free)} of its {Counted.Of(all, one, many)} free, {Counted.Number(needed)} needed.");
}
