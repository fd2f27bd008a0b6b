using System.Collections.Immutable;
using Ccm.Portal.Api;

namespace Ccm.Portal.Live;

/// <summary>What a subscriber of the state gets: a snapshot first and after a resynchronisation, deltas between.</summary>
/// <param name="Type"><c>snapshot</c> or <c>delta</c>; a field of its own, since the hub writes each message by its own type.</param>
/// <param name="Revision">Up to which everything is in it.</param>
internal abstract record StateMessage(string Type, long Revision)
{
    /// <summary>Everything the caller may read; it replaces whatever was known.</summary>
    public sealed record Snapshot(long Revision, ImmutableArray<InstanceView> Instances, ImmutableArray<WorkerView> Workers) : StateMessage("snapshot", Revision);

    /// <summary>What changed since the message before, as it is now, and what is gone.</summary>
    public sealed record Delta(
        long Revision, ImmutableArray<InstanceView> Instances, ImmutableArray<WorkerView> Workers,
        ImmutableArray<string> RemovedInstances, ImmutableArray<string> RemovedWorkers) : StateMessage("delta", Revision);
}
