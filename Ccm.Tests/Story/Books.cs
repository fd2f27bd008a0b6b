using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Tests.Story;

/// <summary>Whether what workers have left and what instances hold is what they declare, and no port is held twice.</summary>
internal static class Books
{
    public static List<string> Violations(FleetSnapshot snapshot)
    {
        var found = new List<string>();
        foreach (var worker in snapshot.Workers.Values)
        {
            var held = snapshot.On(worker.Id).ToList();
            var demand = held.Aggregate(Capacity.None, (sum, instance) => sum + instance.Value.Demand);
            if (worker.Available + demand != worker.Value.Declared)
                found.Add($"{worker.Id}: {worker.Available} and {demand} held are not {worker.Value.Declared}.");
            if (!worker.Available.IsWithin(worker.Value.Declared))
                found.Add($"{worker.Id} is over-committed: {worker.Available}.");
            var ports = held.SelectMany(instance => instance.Value.Ports.Values).ToList();
            if (ports.Distinct().Count() != ports.Count)
                found.Add($"{worker.Id}: a port is held twice.");
            if (worker.Ports.Value.AllocatedCount != ports.Count || ports.Any(port => !worker.Ports.Value.IsAllocated(port)))
                found.Add($"{worker.Id}: {worker.Ports.Value.AllocatedCount} ports are taken, {ports.Count} are held.");
        }
        foreach (var instance in snapshot.Instances.Values)
        {
            if (instance.Value.HoldsPlace != (instance.WorkerId is not null))
                found.Add($"{instance.Id} is {instance.Value.State} and on '{instance.WorkerId}'.");
            if (instance.Value.HoldsPlace && instance.Value.Ports.Count != instance.Value.Request.PortNames.Length)
                found.Add($"{instance.Id} holds {instance.Value.Ports.Count} of {instance.Value.Request.PortNames.Length} ports.");
        }
        return found;
    }
}
