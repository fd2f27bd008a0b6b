using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Tests.Faults.Checking;

/// <summary>What callers were told against what was committed: I4, and I6 for those who may not.</summary>
internal static class CallRules
{
    /// <summary>A recording sees a revision a moment after it was committed.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(3);

    public static IEnumerable<Violation> Check(ImmutableArray<CallRecord> calls, ImmutableArray<Step> steps)
    {
        var applied = steps.SelectMany(step => step.Puts(StateKeys.Outbox).Select(entry => (Operation: entry.Key[StateKeys.Outbox.Length..], Step: step))).ToLookup(pair => pair.Operation, pair => pair.Step);
        return calls.SelectMany(call => Check(call, [.. applied[call.Call.OperationId]], steps)).Concat(TwiceCreated(steps));
    }

    private static IEnumerable<Violation> Check(CallRecord call, Step[] applied, ImmutableArray<Step> steps)
    {
        if (call.Call.Kind == CallKind.Forbidden)
        {
            if (applied.Length > 0)
                yield return new Violation(Rule.I6, $"{call} left a trace at revision {applied[0].Revision}.");
            foreach (var attempt in call.Attempts.Where(attempt => attempt.Known != Known.Unknown && attempt.Status is not (401 or 403)))
                yield return new Violation(Rule.I6, $"{call} was answered {attempt.Status}: {attempt.Answer}");
            yield break;
        }
        if (call.Call.Kind == CallKind.Read)
        {
            if (call.Known == Known.Refused)
                yield return new Violation(Rule.I4, $"{call} does not find what was acknowledged: {call.Attempts[^1].Answer}");
            yield break;
        }
        if (applied.Length > 1)
            yield return new Violation(Rule.I4, $"{call} was applied {applied.Length} times, at {string.Join(" and ", applied.Select(step => step.Revision))}.");
        if (call.Known == Known.Refused && applied.Length > 0)
            yield return new Violation(Rule.I4, $"{call} was refused and yet applied at {applied[0].Revision}: {call.Attempts[^1].Answer}");
        if (call.Known == Known.Acknowledged && applied.Length == 0 && !StoodAnyway(call, steps))
            yield return new Violation(Rule.I4, $"{call} was acknowledged and never applied.");
        if (call.Known == Known.Acknowledged && applied.Length > 0 && !Stands(call, applied[0].After))
            yield return new Violation(Rule.I4, $"{call} was acknowledged, and revision {applied[0].Revision} does not have it.");
        if (call.Known == Known.Acknowledged && !Lasts(call, steps[^1].After))
            yield return new Violation(Rule.I4, $"{call} was acknowledged, and at the end it is lost.");
    }

    /// <summary>A call that asks for what is so already changes nothing; then it must have been so while the call was under way.</summary>
    private static bool StoodAnyway(CallRecord call, ImmutableArray<Step> steps) => call.Call.Kind is not (CallKind.Reserve or CallKind.Publish or CallKind.Extend)
        && steps.Reverse().SkipWhile(step => step.At > call.Ended + Lag).TakeUntil(step => step.At <= call.Sent).Any(step => Stands(call, step.After));

    private static IEnumerable<Step> TakeUntil(this IEnumerable<Step> steps, Func<Step, bool> last)
    {
        foreach (var step in steps)
        {
            yield return step;
            if (last(step))
                yield break;
        }
    }

    /// <summary>Whether a snapshot has what the call wanted.</summary>
    private static bool Stands(CallRecord call, FleetSnapshot snapshot) => call.Call.Kind switch
    {
        CallKind.Reserve => Instance(snapshot, call.Told("id")) is { State: InstanceState.Pending } made && made.OperationId == call.Call.OperationId && made.DefinitionId == Body(call, "definitionId"),
        CallKind.Cancel => Instance(snapshot, call.Call.Subject)?.Target == InstanceTarget.Terminated,
        CallKind.Stop => Instance(snapshot, call.Call.Subject)?.Target == InstanceTarget.Stopped,
        CallKind.Start => Instance(snapshot, call.Call.Subject)?.Target == InstanceTarget.Running,
        CallKind.Extend => Instance(snapshot, call.Call.Subject)?.TimeslotEnd == DateTimeOffset.Parse(Body(call, "timeslotEnd"), CultureInfo.InvariantCulture),
        CallKind.Drain => snapshot.Workers.GetValueOrDefault(call.Call.Subject!)?.Value.State == WorkerState.Draining,
        CallKind.CancelDrain => snapshot.Workers.GetValueOrDefault(call.Call.Subject!)?.Value.State == WorkerState.Running,
        CallKind.Publish => snapshot.Definitions.GetValueOrDefault(call.Call.Subject!)?.Value.Versions.Any(version => version.Version == call.Told("version")) == true,
        _ => true,
    };

    /// <summary>What nothing may undo. An instance may be forgotten once it is TERMINATED; the rules about places see to that.</summary>
    private static bool Lasts(CallRecord call, FleetSnapshot end) => call.Call.Kind switch
    {
        CallKind.Publish => Stands(call, end),
        CallKind.Cancel => Instance(end, call.Call.Subject) is null or { Target: InstanceTarget.Terminated },
        CallKind.Extend => !(Instance(end, call.Call.Subject)?.TimeslotEnd < DateTimeOffset.Parse(Body(call, "timeslotEnd"), CultureInfo.InvariantCulture)),
        _ => true,
    };

    /// <summary>Two instances of one operation: the key did not keep them one.</summary>
    private static IEnumerable<Violation> TwiceCreated(ImmutableArray<Step> steps) =>
        from step in steps
        from id in step.Change.Instances
        where !step.Before.Instances.ContainsKey(id) && step.After.Instances.ContainsKey(id)
        group id by step.After.Instances[id].Value.OperationId into made
        where made.Count() > 1
        select new Violation(Rule.I4, $"Operation {made.Key} reserved {string.Join(" and ", made)}.");

    private static LabletInstance? Instance(FleetSnapshot snapshot, string? id) => id is null ? null : snapshot.Instances.GetValueOrDefault(id)?.Value;

    private static string Body(CallRecord call, string field) => JsonDocument.Parse(call.Call.Body).RootElement.GetProperty(field).GetString()!;
}
