using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <summary>A worker's room as the plan fills it.</summary>
internal sealed class Room(WorkerEntry worker)
{
    private PortBitmap _ports = worker.Ports.Value;

    public string Id => worker.Id;

    public bool Touched { get; private set; }

    /// <summary>What is left of it.</summary>
    public Vacancy Now { get; private set; } = Vacancy.Of(worker);

    public Placement Take(InstanceEntry instance)
    {
        var utilisation = Now.UtilisationWith(instance.Value.Demand);
        var names = instance.Value.Request.PortNames;
        var (map, numbers) = _ports.Allocate(names.Length) ?? throw new InvalidOperationException("Checked before.");
        _ports = map;
        Now = Now with { Available = Now.Available - instance.Value.Demand, FreePorts = Now.FreePorts - names.Length };
        Touched = true;
        var ports = names.Zip(numbers).ToImmutableSortedDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        return new Placement(instance, worker, ports,
            string.Create(CultureInfo.InvariantCulture, $"Packs tightest on {worker.Id}: {utilisation:P0} of it in use."));
    }
}

/// <summary>How well a lab goes into what a worker has to offer.</summary>
internal static class VacancyFit
{
    public static bool HasRoom(this in Vacancy vacancy, Capacity demand, int ports) => vacancy.Available.Fits(demand) && vacancy.FreePorts >= ports;

    /// <summary>Whether it would fit if the worker were empty.</summary>
    public static bool CouldFit(this in Vacancy vacancy, LabletInstance instance) => vacancy.Declared.Fits(instance.Demand) && vacancy.Ports >= instance.Request.PortNames.Length
        && Compatibility.Fits(instance.Request, vacancy.Kind);

    public static double Shortage(this in Vacancy vacancy, Capacity demand) =>
        Math.Max(0, demand.CpuCores - vacancy.Available.CpuCores) + Math.Max(0, demand.MemoryGb - vacancy.Available.MemoryGb)
        + Math.Max(0, demand.StorageGb - vacancy.Available.StorageGb) + Math.Max(0, demand.Nodes - vacancy.Available.Nodes);

    /// <summary>Mean share in use after placing it, 0 to 1.</summary>
    public static double UtilisationWith(this in Vacancy vacancy, Capacity demand)
    {
        var (available, declared) = (vacancy.Available, vacancy.Declared);
        return 1 - ((Share(available.CpuCores - demand.CpuCores, declared.CpuCores) + Share(available.MemoryGb - demand.MemoryGb, declared.MemoryGb)
            + Share(available.StorageGb - demand.StorageGb, declared.StorageGb) + Share(available.Nodes - demand.Nodes, declared.Nodes)) / 4);
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
