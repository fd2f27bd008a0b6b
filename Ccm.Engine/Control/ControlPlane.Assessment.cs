using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Control;

public sealed partial class ControlPlane
{
    /// <summary>Has evidence gathered of a lab in use: RUNNING becomes COLLECTING. Refused in every other state.</summary>
    public Task<LabletInstance> CollectAsync(Actor actor, Operation operation, string id, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.Collect, "collect");
        RefuseWhenOutboxIsFull();
        return CommitAsync(actor, operation, async (_, mutation) =>
        {
            var entry = (await SeeStoreAsync(StateKeys.InstanceState(id), cancellationToken)).Instances.GetValueOrDefault(id) ?? throw RefusedException.NotFound("instance", id);
            var instance = entry.Value;
            if (instance.State != InstanceState.Running)
                throw IllegalTransition(instance, InstanceState.Collecting, BeforeCollecting(instance));
            if (instance.Target != InstanceTarget.Running)
                throw RefusedException.Conflict($"'{id}' is RUNNING and on its way to {Capitals(instance.Target)}, so it cannot become COLLECTING.", BeforeCollecting(instance));
            var next = Move(instance, InstanceState.Collecting, mutation, $"{actor.Name} asked to collect its evidence.");
            mutation.PutInstance(next, entry.ModRevision);
            mutation.Event(EventTypes.Of(InstanceState.Collecting), Subjects.Instance(id), next.LastTransition.Reason, instance, next);
            return next;
        }, snapshot => InstanceOf(snapshot, id, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Takes an event of an assessment platform: COLLECTING becomes GRADING, or a score is stored and the instance bound to end. Out of
    /// order it is refused and leaves nothing behind, so that the platform may tell it again when its time has come.
    /// </summary>
    /// <returns>False when the event stood already and nothing was changed.</returns>
    public async Task<bool> ReceiveAsync(Actor actor, Operation operation, AssessmentEvent told, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.Collect, "send events");
        if (told is AssessmentEvent.GradingCompleted graded)
            ScoreRules.Check(graded);
        RefuseWhenOutboxIsFull();
        try
        {
            return await CommitAsync(actor, operation, async (_, mutation) =>
            {
                // As the store has it: what another replica acknowledged a moment ago must not be out of order here.
                var snapshot = await SeeStoreAsync(StateKeys.InstanceState(told.InstanceId), cancellationToken);
                Take(snapshot.Instances.GetValueOrDefault(told.InstanceId) ?? throw await NoneOrEndedAsync(told, cancellationToken), told, mutation);
                return true;
            }, _ => Task.FromResult(false), cancellationToken);
        }
        catch (RefusedException refused) when (refused.Kind is RefusalKind.NotFound or RefusalKind.Conflict)
        {
            LogEventRefused(told.Type, told.Id, told.Source, refused.Message);
            throw;
        }
    }

    private static void Take(InstanceEntry entry, AssessmentEvent told, Mutation mutation)
    {
        var instance = entry.Value;
        if (instance.State == InstanceState.Terminated)
            throw OutOfOrder(told, $"is TERMINATED since {instance.LastTransition.At:u}", "Nothing can be told of it any more.");
        if (instance.State != told.Expects)
            throw OutOfOrder(told, $"is {Capitals(instance.State)}", instance.State switch
            {
                InstanceState.Collecting => $"Send {EventTypes.CollectionCompleted} first.",
                < InstanceState.Collecting => $"Collect first: POST /api/v1/instances/{instance.Id}/collect.",
                InstanceState.Grading => $"Its evidence was told to be gathered; send {EventTypes.GradingCompleted}.",
                _ => "It is over for the assessment: its slot ended, or it was stopped.",
            });
        if (instance.Target == InstanceTarget.Terminated)
            throw OutOfOrder(told, $"is {Capitals(instance.State)}, {(instance.Grade is { } grade ? $"graded by event '{grade.EventId}'" : $"{instance.Outcome}")} and on its way to TERMINATED", "Nothing can be told of it any more.");
        var reason = $"{told.Type} '{told.Id}' of {told.Source}.";
        var next = told is AssessmentEvent.GradingCompleted graded
            ? instance with { Grade = new Grade(graded.Score, graded.MaxScore, graded.Passed, mutation.Now, told.Source, told.Id), Target = InstanceTarget.Terminated, Outcome = Outcome.Completed }
            : Move(instance, InstanceState.Grading, mutation, reason);
        mutation.PutInstance(next, entry.ModRevision);
        mutation.Event(next.Grade is null ? EventTypes.Of(InstanceState.Grading) : EventTypes.InstanceGraded, Subjects.Instance(instance.Id), reason, instance, next);
        if (next.Target != instance.Target)
            mutation.Event(EventTypes.InstanceTargetChanged, Subjects.Instance(instance.Id), "It was graded.", instance, next);
    }

    private static RefusedException OutOfOrder(AssessmentEvent told, string how, string fix) =>
        RefusedException.Conflict($"'{told.InstanceId}' {how}, and {told.Type} is for one that is {Capitals(told.Expects)}.", fix, "type");

    /// <summary>The keys of what ended go after a while; the trail knows it still.</summary>
    private async Task<RefusedException> NoneOrEndedAsync(AssessmentEvent told, CancellationToken cancellationToken) =>
        await ReadAuditAsync(new AuditQuery(Subject: Subjects.Instance(told.InstanceId), Limit: 1), cancellationToken) is [var last, ..]
            ? OutOfOrder(told, $"ended; {last.Type} at {last.Time:u} was the last of it", "Nothing can be told of it any more.")
            : new RefusedException(RefusalKind.NotFound, new Problem("subject", $"There is no instance '{told.InstanceId}'.", "Name one as 'instances/{id}', with the id that its reservation answered."));

    private static string BeforeCollecting(LabletInstance instance) => instance switch
    {
        { Target: InstanceTarget.Terminated } => "It is ending for good: reserve a new one.",
        { Target: InstanceTarget.Stopped } => "Start it again first.",
        { State: InstanceState.Collecting or InstanceState.Grading } => "It is being assessed already.",
        _ => "Wait until it is RUNNING.",
    };

    [LoggerMessage(4010, LogLevel.Warning, "Event {Type} '{EventId}' of {Source} is refused: {Reason}")]
    private partial void LogEventRefused(string type, string eventId, string source, string reason);
}
