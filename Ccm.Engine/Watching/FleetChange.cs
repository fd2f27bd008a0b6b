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
    /// <summary>Instances and workers put or gone, as far as they are named.</summary>
    public int ObjectCount => Instances.Count + Workers.Count;

    /// <summary>Everything between the two may have changed.</summary>
    public static FleetChange Resync(FleetSnapshot before, FleetSnapshot after) =>
        new(before, after, true, [], [], true, true, true, true);

    /// <summary>Changes that follow each other as one; a resync when more than <paramref name="bound"/> objects are in them.</summary>
    public static FleetChange Merge(ReadOnlySpan<FleetChange> changes, int bound)
    {
        var (first, last) = (changes[0], changes[^1]);
        var (instances, workers) = (first.Instances.ToBuilder(), first.Workers.ToBuilder());
        var (definitions, templates, leaders, outbox) = (false, false, false, false);
        foreach (var change in changes)
        {
            instances.UnionWith(change.Instances);
            workers.UnionWith(change.Workers);
            if (change.IsResync || instances.Count + workers.Count > bound)
                return Resync(first.Before, last.After);
            (definitions, templates, leaders, outbox) = (definitions || change.Definitions, templates || change.Templates, leaders || change.Leaders, outbox || change.Outbox);
        }
        return new FleetChange(first.Before, last.After, false, instances.ToImmutable(), workers.ToImmutable(), definitions, templates, leaders, outbox);
    }
}
