using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Tests.Faults.Checking;

/// <summary>One event that a change must tell; where several types would do, either one.</summary>
internal sealed record ExpectedEvent(string Subject, params string[] Types)
{
    public override string ToString() => $"{string.Join(" or ", Types)} of {Subject}";
}

/// <summary>The events that a revision's changes ask for, by the rules and not by the code that tells them.</summary>
internal static class ExpectedEvents
{
    public static IEnumerable<ExpectedEvent> Of(FleetChange change) =>
        change.Instances.SelectMany(id => OfInstance(Subjects.Instance(id), change.Before.Instances.GetValueOrDefault(id)?.Value, change.After.Instances.GetValueOrDefault(id)?.Value))
            .Concat(change.Workers.SelectMany(id => OfWorker(Subjects.Worker(id), change.Before.Workers.GetValueOrDefault(id)?.Value, change.After.Workers.GetValueOrDefault(id)?.Value)))
            .Concat(change.After.Definitions.Where(pair => change.Before.Definitions.GetValueOrDefault(pair.Key) != pair.Value)
                .SelectMany(pair => OfDefinition(Subjects.Definition(pair.Key), change.Before.Definitions.GetValueOrDefault(pair.Key)?.Value, pair.Value.Value)))
            .Concat(change.After.Templates.Where(pair => change.Before.Templates.GetValueOrDefault(pair.Key) != pair.Value)
                .SelectMany(pair => OfTemplate(Subjects.Template(pair.Key), change.Before.Templates.GetValueOrDefault(pair.Key)?.Value, pair.Value.Value)));

    /// <summary>Told beside a change, or without one.</summary>
    public static bool StandsAlone(string type) => type.StartsWith("ccm.scaling.", StringComparison.Ordinal) || type.StartsWith("ccm.leader.", StringComparison.Ordinal)
        || type.StartsWith("ccm.session.", StringComparison.Ordinal);

    private static IEnumerable<ExpectedEvent> OfInstance(string subject, LabletInstance? before, LabletInstance? after)
    {
        if (after is null)
            yield break;
        if (before?.State != after.State)
            yield return new(subject, EventTypes.Of(after.State));
        if ((before?.State, after.State) is (InstanceState.Instantiating, InstanceState.Scheduled))
            yield return new(subject, EventTypes.InstanceRetried);
        if (before is null)
            yield break;
        if (before.Target != after.Target || (before.State == after.State && (before.Outcome != after.Outcome || before.Forced != after.Forced)))
            yield return new(subject, EventTypes.InstanceTargetChanged);
        if (before.Grade != after.Grade)
            yield return new(subject, EventTypes.InstanceGraded);
        if (before.TimeslotEnd != after.TimeslotEnd && before.State == after.State)
            yield return new(subject, EventTypes.InstanceExtended);
    }

    private static IEnumerable<ExpectedEvent> OfWorker(string subject, Worker? before, Worker? after)
    {
        if (after is null)
            yield break;
        if (before is null)
            yield return new(subject, EventTypes.Of(after.State));
        else if (before.State != after.State)
            yield return (before.State, after.State) is (WorkerState.Draining, WorkerState.Running) ? new(subject, EventTypes.WorkerDrainCancelled) : new(subject, EventTypes.Of(after.State));
        else if (before.LostSince != after.LostSince)
            yield return new(subject, EventTypes.WorkerLost);
        else if (before.UnreachableSince != after.UnreachableSince)
            yield return new(subject, after.UnreachableSince is null ? EventTypes.WorkerReachable : EventTypes.WorkerUnreachable);
        else if (before.DrainOverdueSince != after.DrainOverdueSince)
            yield return new(subject, EventTypes.WorkerDrainOverdue);
        else if (before.Target != after.Target)
            yield return new(subject, EventTypes.WorkerTargetChanged, EventTypes.ScalingUpDecided, EventTypes.ScalingDownDecided);
        else if (before.Forced != after.Forced)
            yield return new(subject, EventTypes.WorkerTargetChanged);
        else if (before.Trouble != after.Trouble)
            yield return new(subject, EventTypes.WorkerTroubleChanged);
    }

    private static IEnumerable<ExpectedEvent> OfDefinition(string subject, DefinitionPointer? before, DefinitionPointer after)
    {
        var had = before?.Versions.Length ?? 0;
        for (var n = had; n < after.Versions.Length; n++)
            yield return new(subject, n == 0 ? EventTypes.DefinitionCreated : EventTypes.DefinitionVersionCreated);
        if (before is not null && before.Status != after.Status && had == after.Versions.Length)
            yield return new(subject, after.Status switch
            {
                DefinitionStatus.Active => EventTypes.DefinitionRestored,
                DefinitionStatus.Deprecated => EventTypes.DefinitionDeprecated,
                _ => EventTypes.DefinitionDeleted,
            });
    }

    private static IEnumerable<ExpectedEvent> OfTemplate(string subject, TemplatePointer? before, TemplatePointer after)
    {
        if (after.Deleted != (before?.Deleted ?? false))
            yield return new(subject, after.Deleted ? EventTypes.TemplateDeleted : EventTypes.TemplateCreated);
        else if (after.Revision != (before?.Revision ?? 0))
            yield return new(subject, before is null or { Revision: 0 } ? EventTypes.TemplateCreated : EventTypes.TemplateUpdated);
    }
}
