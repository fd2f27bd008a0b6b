using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Reservations;

namespace Ccm.Portal.Components.Pages.Scaling;

/// <summary>How many there were of something over the last hours: from how many there are, back through the transitions that the trail tells of.</summary>
internal static class FleetHistory
{
    /// <summary>Types of the events at which a worker begins or ceases to run.</summary>
    public static readonly ImmutableArray<string> WorkerTypes =
        [EventTypes.Of(WorkerState.Running), EventTypes.Of(WorkerState.Draining), EventTypes.Of(WorkerState.Stopping), EventTypes.Of(WorkerState.Failed)];

    /// <summary>Types of the events at which a lab takes a place or gives it back.</summary>
    public static readonly ImmutableArray<string> InstanceTypes =
        [EventTypes.Of(InstanceState.Scheduled), EventTypes.Of(InstanceState.Pending), EventTypes.Of(InstanceState.Terminated)];

    public static bool Runs(WorkerState state) => state is WorkerState.Running or WorkerState.Draining;

    public static bool HoldsPlace(InstanceState state) => state is not (InstanceState.Pending or InstanceState.Terminated);

    /// <summary>Oldest first, from <paramref name="from"/> on.</summary>
    /// <param name="now">How many there are.</param>
    /// <param name="events">In any order; others than of this kind count for nothing.</param>
    /// <param name="counts">Whether one in that state is one of them.</param>
    public static ImmutableArray<Step> Of<TState>(int now, IEnumerable<AuditEvent> events, DateTimeOffset from, Func<TState, bool> counts) where TState : struct, Enum
    {
        var changes = new SortedDictionary<DateTimeOffset, int>();
        foreach (var audited in events.Where(audited => audited.Time >= from))
        {
            var (before, after) = StateIn<TState>(audited.Data);
            changes[audited.Time] = changes.GetValueOrDefault(audited.Time) + Count(after) - Count(before);
        }
        var amount = (long)now - changes.Values.Sum();
        var steps = ImmutableArray.CreateBuilder<Step>();
        steps.Add(new Step(from, Math.Max(0, amount)));
        foreach (var (at, change) in changes.Where(change => change.Value != 0))
            steps.Add(new Step(at, Math.Max(0, amount += change)));
        return steps.ToImmutable();

        int Count(TState? state) => state is { } known && counts(known) ? 1 : 0;
    }

    private static (TState? Before, TState? After) StateIn<TState>(JsonElement data) where TState : struct, Enum
    {
        if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("changes", out var changes) || changes.ValueKind != JsonValueKind.Array)
            return (null, null);
        var state = changes.EnumerateArray().FirstOrDefault(change => change.GetProperty("field").ValueEquals("state"));
        return state.ValueKind == JsonValueKind.Object ? (Side<TState>(state, "before"), Side<TState>(state, "after")) : (null, null);
    }

    private static TState? Side<TState>(JsonElement change, string side) where TState : struct, Enum =>
        change.TryGetProperty(side, out var value) ? Live.Words.ValueOf<TState>(value.GetString()) : null;
}
