using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Tests.Domain;

/// <summary>Values that are right in every field, to be changed with <c>with</c> in the one a test is about.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static LabletInstance Instance(string id = "i-1", InstanceState state = InstanceState.Pending) => new()
    {
        Id = id,
        State = state,
        DefinitionId = "ospf",
        Version = "1.0.0",
        OwnerId = "user",
        AsSoonAsPossible = true,
        DurationMinutes = 60,
        Request = Request(),
        LastTransition = new Transition<InstanceState>(null, state, Now, "user", "Reserved."),
        CreatedAt = Now,
        CreatedBy = "user",
        OperationId = "op-1",
    };

    public static LabRequest Request(int cpu = 4, int memory = 8, int storage = 4, int licensedNodes = 4, int ports = 4) => new()
    {
        Resources = new LabResources(cpu, memory, storage, false),
        Nodes = licensedNodes + 1,
        LicensedNodes = licensedNodes,
        PortNames = [.. Enumerable.Range(0, ports).Select(n => $"r{n}_serial")],
    };

    public static Worker Worker(string id = "w-1", WorkerState state = WorkerState.Running) => new()
    {
        Id = id,
        State = state,
        Template = "metal",
        TemplateRevision = 1,
        Provider = "simulated",
        Region = "local",
        LicenseType = LicenseType.Enterprise,
        CmlVersion = "2.8.1",
        Declared = new Capacity(64, 128, 200, 100),
        PortRange = new PortRange(2000, 9999),
        StartupTimeMinutes = 18,
        RestartTimeMinutes = 5,
        DrainTimeoutHours = 4,
        LastTransition = new Transition<WorkerState>(null, state, Now, "ccm/controller", "Ready."),
        CreatedAt = Now,
        CreatedBy = "ccm/controller",
        OperationId = "op-2",
    };

    /// <summary>A worker whose boot failed and is tried again.</summary>
    public static Worker TriedAgain(string id) => Worker(id, WorkerState.Provisioning) with
    {
        FailedFrom = WorkerState.Provisioning,
        LastTransition = new Transition<WorkerState>(WorkerState.Failed, WorkerState.Provisioning, Now, "ccm/controller", "Tried again."),
    };

    public static WorkerTemplate Template(string name = "metal") => new()
    {
        Name = name,
        CpuCores = 8,
        MemoryGb = 128,
        StorageGb = 200,
        LicenseType = LicenseType.Enterprise,
        MaxNodes = 100,
        CostPerHour = 4,
    };

    /// <summary>An empty worker of that template.</summary>
    public static Worker WorkerOf(WorkerTemplate template, string id, WorkerState state = WorkerState.Running) => Worker(id, state) with
    {
        Template = template.Name,
        LicenseType = template.LicenseType,
        CmlVersion = template.CmlVersion,
        Region = template.Region,
        Declared = template.Declared,
        PortRange = template.PortRange,
        StartupTimeMinutes = template.StartupTimeMinutes,
        RestartTimeMinutes = template.RestartTimeMinutes,
        CostPerHour = template.CostPerHour,
    };

    /// <summary>A snapshot of these; what placed instances hold is taken from their workers.</summary>
    public static FleetSnapshot Fleet(IEnumerable<(LabletInstance Value, string? WorkerId)> instances, IEnumerable<Worker> workers, IEnumerable<(WorkerTemplate Template, int Workers)>? templates = null)
    {
        var placed = instances.ToList();
        var entries = workers.Select(worker =>
        {
            var held = placed.Where(instance => instance.WorkerId == worker.Id && instance.Value.HoldsPlace).Select(instance => instance.Value).ToList();
            var available = held.Aggregate(worker.Declared, (left, instance) => left - instance.Demand);
            var ports = PortBitmap.Empty(worker.PortRange).Take(held.SelectMany(instance => instance.Ports.Values));
            return new WorkerEntry(new(worker, 1), new(AvailableCapacity.Of(available, worker.LastTransition.At), 1), new(ports, 1));
        });
        return FleetSnapshot.Empty with
        {
            Revision = 1,
            Instances = placed.ToImmutableDictionary(instance => instance.Value.Id, instance => new InstanceEntry(instance.Value, 1, instance.WorkerId)),
            Workers = entries.ToImmutableDictionary(entry => entry.Id),
            Templates = (templates ?? []).ToImmutableDictionary(t => t.Template.Name, t => new Revised<TemplatePointer>(new TemplatePointer(1, [1], t.Workers, false), 1)),
            InstancesByWorker = placed.Where(instance => instance.WorkerId is not null).GroupBy(instance => instance.WorkerId!).ToImmutableDictionary(group => group.Key, group => group.Select(instance => instance.Value.Id).ToImmutableHashSet()),
            InstancesByState = placed.GroupBy(instance => instance.Value.State).ToImmutableDictionary(group => group.Key, group => group.Select(instance => instance.Value.Id).ToImmutableHashSet()),
        };
    }
}
