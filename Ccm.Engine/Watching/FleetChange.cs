using System.Collections.Immutable;

namespace Ccm.Engine.Watching;

/// <summary>What changed between two snapshots.</summary>
/// <param name="IsResync">Anything may have changed: compare the snapshots, the sets are not complete.</param>
/// <param name="Instances">Ids put or gone.</param>
/// <param name="Workers">Ids put or gone.</param>
public sealed record FleetChange(
    FleetSnapshot Before, FleetSnapshot After, bool IsResync, ImmutableHashSet<string> Instances, ImmutableHashSet<string> Workers,
    bool Definitions, bool Templates, bool Leaders, bool Outbox)
{
    /// <summary>Everything between the two may have changed.</summary>
    public static FleetChange Resync(FleetSnapshot before, FleetSnapshot after) =>
        new(before, after, true, [], [], true, true, true, true);

    /// <summary>This change and the next one as one; a resync when more than <paramref name="bound"/> objects are in it.</summary>
    public FleetChange Then(FleetChange next, int bound)
    {
        if (IsResync || next.IsResync)
            return Resync(Before, next.After);
        var instances = Instances.Union(next.Instances);
        var workers = Workers.Union(next.Workers);
        return instances.Count + workers.Count > bound
            ? Resync(Before, next.After)
            : new FleetChange(Before, next.After, false, instances, workers,
                Definitions || next.Definitions, Templates || next.Templates, Leaders || next.Leaders, Outbox || next.Outbox);
    }
}
