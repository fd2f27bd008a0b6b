using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Scheduling;

/// <summary>The next snapshot of a fleet, made anew from its parts.</summary>
internal static class FleetEdits
{
    /// <summary>With this instance, new or changed, on that worker.</summary>
    public static FleetSnapshot With(this FleetSnapshot fleet, LabletInstance instance, string? workerId) =>
        fleet.Rebuilt(fleet.Placed().Where(entry => entry.Value.Id != instance.Id).Append((instance, workerId)));

    public static FleetSnapshot Without(this FleetSnapshot fleet, IEnumerable<string> ids) =>
        fleet.Rebuilt(fleet.Placed().Where(entry => !ids.Contains(entry.Value.Id)));

    /// <summary>As it stands once the placements are committed.</summary>
    public static FleetSnapshot Apply(this FleetSnapshot fleet, IEnumerable<Placement> placements)
    {
        var byId = placements.ToDictionary(placement => placement.Instance.Id);
        return fleet.Rebuilt(fleet.Placed().Select(entry => byId.TryGetValue(entry.Value.Id, out var placement)
            ? (entry.Value with { State = InstanceState.Scheduled, Ports = placement.Ports }, placement.Worker.Id) : entry));
    }

    /// <summary>The same, but enumerated in another order.</summary>
    public static FleetSnapshot Shuffled(this FleetSnapshot fleet, int salt)
    {
        var comparer = new SaltedComparer(salt);
        return fleet with
        {
            Instances = fleet.Instances.WithComparers(comparer),
            Workers = fleet.Workers.WithComparers(comparer),
            Templates = fleet.Templates.WithComparers(comparer),
            InstancesByState = fleet.InstancesByState.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.WithComparer(comparer)),
            InstancesByWorker = fleet.InstancesByWorker.ToImmutableDictionary(comparer).ToImmutableDictionary(pair => pair.Key, pair => pair.Value.WithComparer(comparer), comparer),
        };
    }

    private static IEnumerable<(LabletInstance Value, string? WorkerId)> Placed(this FleetSnapshot fleet) => fleet.Instances.Values.Select(entry => (entry.Value, entry.WorkerId));

    private static FleetSnapshot Rebuilt(this FleetSnapshot fleet, IEnumerable<(LabletInstance Value, string? WorkerId)> instances) =>
        Sample.Fleet(instances, fleet.Workers.Values.Select(worker => worker.Value)) with { Templates = fleet.Templates };

    private sealed class SaltedComparer(int salt) : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

        public int GetHashCode(string obj) => obj.Aggregate(salt, (hash, character) => (hash * 16777619) ^ character);
    }
}
