using System.Collections.Immutable;
using Ccm.Engine.Auditing;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Tests.Faults.Checking;

/// <summary>
/// The engine writes while its leader's key stands and only what was decided within that term. All clocks are one: the processes share
/// a machine, so that a decision older than the term it is committed in was made by an earlier leader.
/// </summary>
internal static class TermRules
{
    public static IEnumerable<Violation> Check(ImmutableArray<Step> steps, ImmutableHashSet<string> asked) => steps.SelectMany(step => Check(step, asked));

    /// <param name="asked">Operations that people asked for.</param>
    private static IEnumerable<Violation> Check(Step step, ImmutableHashSet<string> asked)
    {
        foreach (var key in new[] { StateKeys.SchedulerLeader, StateKeys.ControllerLeader })
        {
            if (step.Puts(key).Any() && step.Before.Leaders.GetValueOrDefault(key) is { } holder)
                yield return new Violation(Rule.Fence, $"Revision {step.Revision}: {key} is taken while {holder.ReplicaId} holds it.");
        }
        foreach (var entry in step.Puts(StateKeys.Outbox).Select(put => DomainJson.Read<OutboxEntry>(put.Value.Span)))
        {
            foreach (var told in entry.Events)
            {
                if (LeaderOf(told) is { } key && Wrong(step.Before, key, told.Time) is { } wrong)
                    yield return new Violation(Rule.Fence, $"Revision {step.Revision}: {told.Type} of {told.Subject} {wrong}");
            }
            if (entry.Events.IsEmpty && !asked.Contains(entry.OperationId) && Wrong(step.Before, StateKeys.ControllerLeader, DateTimeOffset.MaxValue) is { } progress)
                yield return new Violation(Rule.Fence, $"Revision {step.Revision}: progress of {string.Join(", ", step.Change.Instances.Concat(step.Change.Workers))} {progress}");
        }
        if (step.Puts(StateKeys.AuditHead).Any() && Wrong(step.Before, StateKeys.ControllerLeader, DateTimeOffset.MaxValue) is { } relayed)
            yield return new Violation(Rule.Fence, $"Revision {step.Revision}: the audit head {relayed}");
    }

    private static string? LeaderOf(OutboxEvent told) => told.Actor switch
    {
        "ccm/scheduler" => StateKeys.SchedulerLeader,
        "ccm/controller" => StateKeys.ControllerLeader,
        "ccm/leadership" => $"{StateKeys.Root}{told.Subject.Split('/')[1]}/leader",
        _ => null,
    };

    private static string? Wrong(FleetSnapshot before, string key, DateTimeOffset decided) => !before.Leaders.TryGetValue(key, out var leader) ? $"was written while nobody held {key}."
        : decided < leader.Since ? $"was decided at {decided:O}, before the term of {leader.ReplicaId} that began at {leader.Since:O}." : null;
}
