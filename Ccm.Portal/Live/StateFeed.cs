using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Api;

namespace Ccm.Portal.Live;

/// <summary>The live state as messages, each caller's own part of it. A slow reader gets what it missed merged, never a queue.</summary>
internal sealed class StateFeed(WatchCache cache, TimeProvider time)
{
    /// <summary>Between two messages: the first change is told at once, those that follow soon together.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);

    /// <exception cref="RefusedException">The caller may read nothing.</exception>
    public IAsyncEnumerable<StateMessage> ReadAsync(Actor actor, CancellationToken cancellationToken)
    {
        Reading.RequireOwn(actor);
        return FollowAsync(actor, cancellationToken);
    }

    private async IAsyncEnumerable<StateMessage> FollowAsync(Actor actor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await cache.Ready.WaitAsync(cancellationToken);
        using var subscription = cache.Subscribe();
        yield return SnapshotOf(actor, subscription.Start);
        while (true)
        {
            var change = await subscription.NextAsync(cancellationToken);
            if (change.IsResync)
                yield return SnapshotOf(actor, change.After);
            else if (DeltaOf(actor, change) is { } delta)
                yield return delta;
            else
                continue;
            await Task.Delay(Rest, time, cancellationToken);
        }
    }

    private static StateMessage.Snapshot SnapshotOf(Actor actor, FleetSnapshot snapshot) => new(snapshot.Revision,
        [.. snapshot.Instances.Values.Where(entry => Reading.MayRead(actor, entry.Value)).Select(InstanceView.Of)],
        actor.May(Permission.ReadAll) ? [.. snapshot.Workers.Values.Select(entry => WorkerView.Of(entry, snapshot))] : []);

    /// <summary>Null when nothing in it concerns the caller.</summary>
    private static StateMessage.Delta? DeltaOf(Actor actor, FleetChange change)
    {
        var instances = change.Instances.Where(id => (change.After.Instances.GetValueOrDefault(id) ?? change.Before.Instances.GetValueOrDefault(id)) is { } entry
            && Reading.MayRead(actor, entry.Value)).ToLookup(change.After.Instances.ContainsKey);
        var workers = actor.May(Permission.ReadAll) ? Touched(change).ToLookup(change.After.Workers.ContainsKey) : Enumerable.Empty<string>().ToLookup(_ => true);
        var delta = new StateMessage.Delta(change.After.Revision,
            [.. instances[true].Select(id => InstanceView.Of(change.After.Instances[id]))],
            [.. workers[true].Select(id => WorkerView.Of(change.After.Workers[id], change.After))],
            [.. instances[false]], [.. workers[false].Where(change.Before.Workers.ContainsKey)]);
        return delta is { Instances.IsEmpty: true, Workers.IsEmpty: true, RemovedInstances.IsEmpty: true, RemovedWorkers.IsEmpty: true } ? null : delta;
    }

    /// <summary>A worker is also another one when what it holds is: its count of instances is part of what is shown.</summary>
    private static ImmutableHashSet<string> Touched(FleetChange change) => change.Workers.Union(change.Instances
        .SelectMany(id => new[] { change.Before.Instances.GetValueOrDefault(id)?.WorkerId, change.After.Instances.GetValueOrDefault(id)?.WorkerId }).OfType<string>()
        .Where(id => change.Before.InstancesByWorker.GetValueOrDefault(id)?.Count != change.After.InstancesByWorker.GetValueOrDefault(id)?.Count));
}
