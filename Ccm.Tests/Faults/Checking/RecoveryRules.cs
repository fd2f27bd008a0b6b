using System.Collections.Immutable;
using Ccm.Engine.Domain;

namespace Ccm.Tests.Faults.Checking;

/// <summary>Service comes back within its bound, and every caller learns what became of its call: I7.</summary>
internal static class RecoveryRules
{
    public static IEnumerable<Violation> Check(ImmutableArray<CallRecord> calls, ImmutableArray<FaultMark> faults, ImmutableArray<Step> steps)
    {
        foreach (var attempt in calls.SelectMany(call => call.Attempts.Where(attempt => attempt.IsFault).Select(attempt => $"{call} failed: {attempt.Answer}")))
            yield return new Violation(Rule.I7, attempt);
        foreach (var call in calls.Where(call => call.Known == Known.Unknown))
            yield return new Violation(Rule.I7, $"{call} never had an answer: {(call.Attempts.IsEmpty ? "not sent" : call.Attempts[^1].Answer)}");
        foreach (var fault in faults)
        {
            foreach (var key in fault.Vacant)
            {
                if (Late(fault, NewLeader(fault, key, steps), fault.LeaderWithin) is { } late)
                    yield return new Violation(Rule.I7, $"{key} was {late}");
            }
            if (fault.ServiceWithin is { } bound && Late(fault, Placed(fault, calls, steps), bound) is { } unserved)
                yield return new Violation(Rule.I7, $"A lab was {unserved}");
        }
    }

    /// <summary>How long after the fault another term began; null: none did.</summary>
    public static TimeSpan? NewLeader(FaultMark fault, string key, ImmutableArray<Step> steps) =>
        steps.FirstOrDefault(step => step.At >= fault.At && step.Puts(key).Any()) is { } taken ? taken.At - fault.At : null;

    /// <summary>How long after the fault a lab that was reserved after it was placed; null: none was.</summary>
    public static TimeSpan? Placed(FaultMark fault, ImmutableArray<CallRecord> calls, ImmutableArray<Step> steps)
    {
        var reserved = calls.Where(call => call.Call.Kind == CallKind.Reserve && call.Known == Known.Acknowledged && call.Sent >= fault.At).Select(call => call.Told("id")!).ToHashSet(StringComparer.Ordinal);
        var placed = steps.FirstOrDefault(step => step.At >= fault.At && step.Change.Instances.Any(id => reserved.Contains(id) && step.After.Instances.GetValueOrDefault(id)?.Value.State == InstanceState.Scheduled));
        return placed is null ? null : placed.At - fault.At;
    }

    private static string? Late(FaultMark fault, TimeSpan? took, TimeSpan bound) => took is null ? $"never had again after: {fault.What} at {fault.At:mm:ss.fff}."
        : took > bound ? $"back {took.Value.TotalSeconds:0.00} s after: {fault.What} at {fault.At:mm:ss.fff}; the bound is {bound.TotalSeconds:0.00} s." : null;
}
