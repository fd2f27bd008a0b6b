using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Scheduling;

/// <summary>A worker's room as the plan fills it.</summary>
internal sealed class Room(WorkerEntry worker)
{
    private Capacity _available = worker.Available;
    private PortBitmap _ports = worker.Ports.Value;
    private int _freePorts = worker.Ports.Value.FreeCount;

    public string Id => worker.Id;

    public bool Touched { get; private set; }

    public bool InUse => Touched || _available != worker.Value.Declared || !worker.Ports.Value.IsEmpty;

    public bool Kept { get; set; }

    /// <summary>In a batch that is full already.</summary>
    public bool Closed { get; set; }

    public LicenseType Licence => worker.Value.LicenseType;

    public string CmlVersion => worker.Value.CmlVersion;

    public bool HasRoom(Capacity demand, int ports) => !Kept && !Closed && _available.Fits(demand) && _freePorts >= ports;

    public bool CouldFit(LabletInstance instance) => !Kept && worker.Value.Declared.Fits(instance.Demand) && worker.Value.PortRange.Count >= instance.Request.PortNames.Length
        && Filters.KindFits(instance.Request, worker.Value.LicenseType, worker.Value.CmlVersion);

    public double Shortage(Capacity demand) => Math.Max(0, demand.CpuCores - _available.CpuCores) + Math.Max(0, demand.MemoryGb - _available.MemoryGb)
        + Math.Max(0, demand.StorageGb - _available.StorageGb) + Math.Max(0, demand.Nodes - _available.Nodes);

    /// <summary>Mean share in use after placing it, 0 to 1.</summary>
    public double UtilisationWith(Capacity demand)
    {
        var declared = worker.Value.Declared;
        return 1 - ((Share(_available.CpuCores - demand.CpuCores, declared.CpuCores) + Share(_available.MemoryGb - demand.MemoryGb, declared.MemoryGb)
            + Share(_available.StorageGb - demand.StorageGb, declared.StorageGb) + Share(_available.Nodes - demand.Nodes, declared.Nodes)) / 4);
    }

    public Placement Take(InstanceEntry instance)
    {
        var utilisation = UtilisationWith(instance.Value.Demand);
        var names = instance.Value.Request.PortNames;
        var (map, numbers) = _ports.Allocate(names.Length) ?? throw new InvalidOperationException("Checked before.");
        _ports = map;
        _freePorts -= names.Length;
        _available -= instance.Value.Demand;
        Touched = true;
        var ports = names.Zip(numbers).ToImmutableSortedDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        return new Placement(instance, worker, ports,
            string.Create(CultureInfo.InvariantCulture, $"Packs tightest on {worker.Id}: {utilisation:P0} of it in use."));
    }

    private static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
