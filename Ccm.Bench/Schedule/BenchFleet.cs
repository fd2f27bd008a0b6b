using System.Collections.Immutable;
using System.Text;
using Ccm.Engine.Domain;
using Ccm.Engine.State;

namespace Ccm.Bench.Schedule;

/// <summary>Workers that run, a third of them empty, a third filled to a quarter, a third to a half; and labs that wait.</summary>
internal sealed class BenchFleet
{
    /// <summary>Labs that an empty worker holds.</summary>
    private const int LabsOnOne = 40;

    private const int PortsOfLab = 3;
    private static readonly DateTimeOffset Created = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly LabResources Resources = new(2, 4, 4, false);
    private const int LicensedNodes = 4;

    public BenchFleet(int workers, int labs)
    {
        Workers = [.. Enumerable.Range(0, workers).Select(NewWorker)];
        Instances = [.. Enumerable.Range(0, labs).Select(n => (Id(n), DomainJson.Write(NewInstance(n))))];
    }

    /// <summary>By id, each worker's three keys as puts.</summary>
    public ImmutableArray<(string Id, StatePut State, StatePut Capacity, StatePut Ports)> Workers { get; }

    /// <summary>By id, the value of each PENDING lab.</summary>
    public ImmutableArray<(string Id, byte[] State)> Instances { get; }

    /// <summary>Keys of labs that run already, spread over the workers; what they hold is beside what the workers' keys say.</summary>
    public IEnumerable<StatePut> Running(int count) => Enumerable.Range(0, count).SelectMany(n =>
    {
        var (id, worker) = ($"r-{n:x16}", Workers[n % Workers.Length].Id);
        var running = NewInstance(n) with
        {
            Id = id,
            State = InstanceState.Running,
            TimeslotStart = Created,
            TimeslotEnd = Created.AddYears(1),
            Checkpoint = new Checkpoint(CheckpointStep.Started, $"{n:x32}"),
            PlacedBecause = $"Packs tightest on {worker}: 50 % of it in use.",
            LastTransition = new Transition<InstanceState>(InstanceState.Instantiating, InstanceState.Running, Created, "ccm/controller", "Its lab has converged."),
        };
        return new[] { new StatePut(StateKeys.InstanceState(id), DomainJson.Write(running)), new StatePut(StateKeys.InstanceWorker(id), Encoding.UTF8.GetBytes(worker)) };
    });

    private static string Id(int n) => $"i-{n:x16}";

    private static (string, StatePut, StatePut, StatePut) NewWorker(int n)
    {
        var id = $"w-{n:x16}";
        var held = n % 3 * (LabsOnOne / 4);
        var declared = Times(LabsOnOne);
        var range = new PortRange(2000, 9999);
        var ports = PortBitmap.Empty(range).Allocate(held * PortsOfLab)!.Value.Map;
        var worker = new Worker
        {
            Id = id,
            State = WorkerState.Running,
            Template = "metal",
            TemplateRevision = 1,
            Provider = "simulated",
            Region = "local",
            LicenseType = LicenseType.Enterprise,
            CmlVersion = "2.8.1",
            Declared = declared,
            PortRange = range,
            StartupTimeMinutes = 18,
            RestartTimeMinutes = 5,
            DrainTimeoutHours = 4,
            LastTransition = new Transition<WorkerState>(WorkerState.Provisioning, WorkerState.Running, Created, "ccm/controller", "Ready and licensed."),
            CreatedAt = Created,
            CreatedBy = "ccm/controller",
            OperationId = $"{n:x32}",
        };
        return (id, new StatePut(StateKeys.WorkerState(id), DomainJson.Write(worker)),
            new StatePut(StateKeys.WorkerCapacity(id), DomainJson.Write(AvailableCapacity.Of(declared - Times(held), Created))),
            new StatePut(StateKeys.WorkerPorts(id), Encoding.UTF8.GetBytes(ports.ToString())));
    }

    private static LabletInstance NewInstance(int n) => new()
    {
        Id = Id(n),
        State = InstanceState.Pending,
        DefinitionId = "ospf-triangle",
        Version = "1.0.0",
        OwnerId = "user",
        AsSoonAsPossible = true,
        DurationMinutes = 240,
        Request = new LabRequest
        {
            Resources = Resources,
            Nodes = LicensedNodes,
            LicensedNodes = LicensedNodes,
            CmlVersionRange = ">=2.7.0",
            PortNames = [.. Enumerable.Range(1, PortsOfLab).Select(port => $"r{port}_serial")],
        },
        LastTransition = new Transition<InstanceState>(null, InstanceState.Pending, Created, "user", "Reserved."),
        CreatedAt = Created.AddMilliseconds(n),
        CreatedBy = "user",
        OperationId = $"{n:x32}",
    };

    private static Capacity Times(int labs) => new(labs * Resources.CpuCores, labs * Resources.MemoryGb, labs * Resources.StorageGb, labs * LicensedNodes);
}
