using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Tests.Faults.Checking;

/// <summary>Where instances are and what workers have left: I1 to I3, at every revision.</summary>
internal static class PlaceRules
{
    public static IEnumerable<Violation> Check(Step step)
    {
        var touched = step.Change.Instances.SelectMany(id => new[] { step.Before, step.After }.Select(snapshot => snapshot.Instances.GetValueOrDefault(id)?.WorkerId)).OfType<string>();
        return step.Change.Instances.SelectMany(id => Moves(step, id))
            .Concat(Books(step.After, step.Change.Workers.Concat(touched).Distinct(), step.Change.Instances))
            .Select(violation => violation with { What = $"Revision {step.Revision}: {violation.What}" });
    }

    /// <summary>Everything wrong with what stands in a snapshot.</summary>
    public static IEnumerable<Violation> Books(FleetSnapshot snapshot) => Books(snapshot, snapshot.Workers.Keys, snapshot.Instances.Keys);

    private static IEnumerable<Violation> Books(FleetSnapshot snapshot, IEnumerable<string> workers, IEnumerable<string> instances)
    {
        foreach (var id in workers)
        {
            var held = snapshot.On(id).ToList();
            if (!snapshot.Workers.TryGetValue(id, out var worker))
            {
                foreach (var instance in held)
                    yield return new Violation(Rule.I3, $"{instance.Id} is on {id}, which has no keys.");
                continue;
            }
            var demand = held.Aggregate(Capacity.None, (sum, instance) => sum + instance.Value.Demand);
            if (worker.Available + demand != worker.Value.Declared)
                yield return new Violation(Rule.I3, $"{id} has {worker.Available} left and {demand} held, which are not the {worker.Value.Declared} declared.");
            if (!worker.Available.IsWithin(worker.Value.Declared))
                yield return new Violation(Rule.I3, $"{id} is over-committed: {worker.Available}.");
            var holders = held.SelectMany(instance => instance.Value.Ports.Values.Select(port => (port, instance.Id))).ToLookup(pair => pair.port, pair => pair.Id);
            foreach (var port in holders.Where(port => port.Count() > 1))
                yield return new Violation(Rule.I2, $"Port {port.Key} of {id} is held by {string.Join(" and ", port)}.");
            var map = worker.Ports.Value;
            if (map.AllocatedCount != holders.Count || holders.Any(port => !map.IsAllocated(port.Key)))
                yield return new Violation(Rule.I2, $"{id} has {map.AllocatedCount} ports taken, and {holders.Count} are held.");
        }
        foreach (var instance in instances.Select(id => snapshot.Instances.GetValueOrDefault(id)).OfType<InstanceEntry>())
        {
            if (instance.Value.HoldsPlace != (instance.WorkerId is not null))
                yield return new Violation(Rule.I1, $"{instance.Id} is {instance.Value.State} and on '{instance.WorkerId}'.");
            if (instance.Value.HoldsPlace && instance.Value.Ports.Count != instance.Value.Request.PortNames.Length)
                yield return new Violation(Rule.I2, $"{instance.Id} holds {instance.Value.Ports.Count} of {instance.Value.Request.PortNames.Length} ports.");
        }
    }

    private static IEnumerable<Violation> Moves(Step step, string id)
    {
        var before = step.Before.Instances.GetValueOrDefault(id);
        var after = step.After.Instances.GetValueOrDefault(id);
        var placed = step.Batch.Events.Any(change => change.Key == StateKeys.InstanceWorker(id) && change.Entry is not null);
        var removed = step.Batch.Events.Any(change => change.Key == StateKeys.InstanceWorker(id) && change.Entry is null);
        var moved = before?.Value.State != after?.Value.State;
        if (placed && before?.WorkerId is { } held)
            yield return new Violation(Rule.I1, $"{id} is assigned to {after?.WorkerId} while it is on {held}.");
        if ((placed || removed) && !moved)
            yield return new Violation(Rule.I1, $"{id} changes its worker and not its state.");
        if (placed && (before?.Value.State, after?.Value.State) is not (InstanceState.Pending, InstanceState.Scheduled))
            yield return new Violation(Rule.I1, $"{id} is assigned on its way from {before?.Value.State} to {after?.Value.State}.");
        if (before is null && after is not null and not { Value.State: InstanceState.Pending })
            yield return new Violation(Rule.I1, $"{id} begins as {after.Value.State}.");
        if (before is not null && after is not null && moved && !InstanceTransitions.Table.Any(row => row.From == before.Value.State && row.To == after.Value.State))
            yield return new Violation(Rule.I1, $"{id} goes from {before.Value.State} to {after.Value.State}.");
        if (before is not null && after is null && before.Value.State != InstanceState.Terminated)
            yield return new Violation(Rule.I4, $"{id} is gone while it is {before.Value.State}.");
    }
}
