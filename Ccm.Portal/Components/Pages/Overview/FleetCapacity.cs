using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Pages.Overview;

/// <summary>One kind of room in the fleet, all in the same unit.</summary>
/// <param name="Free">On workers that take work.</param>
/// <param name="Withheld">Not in use, and yet nobody gets it: its worker drains, is silent or has failed.</param>
/// <param name="Coming">On workers that are ordered or being started.</param>
public sealed record RoomShare(string Name, string One, string Many, long Used, long Free, long Withheld, long Coming)
{
    /// <summary>All but what is coming.</summary>
    public long There => Used + Free + Withheld;

    public long All => There + Coming;
}

/// <summary>What of the fleet's room is used, free and coming.</summary>
internal static class FleetCapacity
{
    public static ImmutableArray<RoomShare> Of(FleetSnapshot fleet)
    {
        var there = fleet.Workers.Values.Where(worker => worker.Value.State is WorkerState.Running or WorkerState.Draining or WorkerState.Failed || worker.Value.BootsAfterFailure).Where(worker => worker.Value.LostSince is null).ToList();
        var coming = fleet.Workers.Values.Where(worker => worker.IsComing).ToList();
        return
        [
            Sum("CPU", "core", "cores", worker => worker.Value.Declared.CpuCores, worker => worker.Available.CpuCores),
            Sum("Memory", "GB", "GB", worker => worker.Value.Declared.MemoryGb, worker => worker.Available.MemoryGb),
            Sum("Storage", "GB", "GB", worker => worker.Value.Declared.StorageGb, worker => worker.Available.StorageGb),
            Sum("Nodes", "licensed", "licensed", worker => worker.Value.Declared.Nodes, worker => worker.Available.Nodes),
            Sum("Ports", "port", "ports", worker => worker.Value.PortRange.Count, worker => worker.Ports.Value.FreeCount),
        ];

        RoomShare Sum(string name, string one, string many, Func<WorkerEntry, long> declared, Func<WorkerEntry, long> available) => new(name, one, many,
            there.Sum(worker => declared(worker) - available(worker)),
            there.Where(worker => worker.Value.TakesWork).Sum(available),
            there.Where(worker => !worker.Value.TakesWork).Sum(available),
            coming.Sum(declared));
    }
}
