using System.Collections.Immutable;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Tests.Faults.Checking;

/// <summary>One revision of a recording with what stood before and after it.</summary>
internal sealed record Step(DateTimeOffset At, StateBatch Batch, FleetChange Change)
{
    public long Revision => Batch.Revision;

    public FleetSnapshot Before => Change.Before;

    public FleetSnapshot After => Change.After;

    /// <summary>What was put under a prefix.</summary>
    public IEnumerable<StateEntry> Puts(string prefix) => Batch.Events.Where(change => change.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(change => change.Entry).OfType<StateEntry>();
}

/// <summary>Applies recorded revisions one by one.</summary>
internal static class Replay
{
    /// <exception cref="InvalidDataException">A value cannot be read.</exception>
    public static ImmutableArray<Step> Of(ImmutableArray<RecordedBatch> revisions)
    {
        var steps = ImmutableArray.CreateBuilder<Step>(revisions.Length);
        var snapshot = FleetSnapshot.Empty;
        foreach (var (at, batch) in revisions)
        {
            var builder = new SnapshotBuilder(snapshot, Unreadable);
            foreach (var change in batch.Events)
                builder.Apply(change.Key, change.Entry);
            var step = new Step(at, batch, builder.Build(batch.Revision));
            steps.Add(step);
            snapshot = step.After;
        }
        return steps.MoveToImmutable();
    }

    /// <summary>What a list shows.</summary>
    /// <exception cref="InvalidDataException">A value cannot be read.</exception>
    public static FleetSnapshot Of(StateList list)
    {
        var builder = new SnapshotBuilder(FleetSnapshot.Empty, Unreadable);
        foreach (var entry in list.Entries)
            builder.Apply(entry.Key, entry);
        return builder.Build(list.Revision).After;
    }

    /// <summary>Whether every change is there: each key's puts are counted by the store itself, and each revision follows the one before.</summary>
    public static IEnumerable<Violation> Gaps(ImmutableArray<RecordedBatch> revisions, StateList final)
    {
        var keys = new Dictionary<string, StateEntry>(StringComparer.Ordinal);
        long? last = null;
        foreach (var batch in revisions.Select(recorded => recorded.Batch))
        {
            if (last is { } before && batch.Revision != before + 1)
                yield return new Violation(Rule.Recording, $"Revision {batch.Revision} follows {before}.");
            last = batch.Revision;
            foreach (var (key, entry) in batch.Events)
            {
                var puts = keys.GetValueOrDefault(key)?.Version ?? 0;
                if (entry is null)
                    keys.Remove(key);
                else
                    keys[key] = entry;
                if (entry is not null && entry.Version != puts + 1)
                    yield return new Violation(Rule.Recording, $"Put {entry.Version} of {key} at {batch.Revision} follows put {puts}.");
            }
        }
        foreach (var entry in final.Entries.Where(entry => keys.GetValueOrDefault(entry.Key)?.ModRevision != entry.ModRevision))
            yield return new Violation(Rule.Recording, $"{entry.Key} of revision {entry.ModRevision} was not recorded.");
        foreach (var key in keys.Keys.Except(final.Entries.Select(entry => entry.Key)))
            yield return new Violation(Rule.Recording, $"The deletion of {key} was not recorded.");
    }

    private static void Unreadable(string key, Exception exception) => throw new InvalidDataException($"{key} cannot be read.", exception);
}
