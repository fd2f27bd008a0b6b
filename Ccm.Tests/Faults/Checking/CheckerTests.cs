using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Ccm.Engine.Auditing;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using static Ccm.Tests.Faults.Checking.Edits;

namespace Ccm.Tests.Faults.Checking;

/// <summary>A real run, and the same run as this and that bug would have left it: the checker must tell them apart.</summary>
public sealed class CheckerTests(CheckerTests.Run run) : IClassFixture<CheckerTests.Run>
{
    private static readonly Func<StateEvent, bool> StateOf = Key(StateKeys.Instances, "/state");
    private static readonly Func<StateEvent, bool> PortsOf = Key(StateKeys.Workers, "/ports");
    private static readonly Func<StateEvent, bool> CapacityOf = Key(StateKeys.Workers, "/capacity");

    [Fact]
    public void Check_RunWithoutBugs_FindsNothing()
    {
        Assert.Empty(Checker.Check(run.Evidence));
        // What the edits below are made of.
        Assert.All(new[] { CallKind.Reserve, CallKind.Cancel, CallKind.Publish, CallKind.Read }, kind => Assert.Contains(run.Evidence.Calls, call => call.Call.Kind == kind && call.Known == Known.Acknowledged));
        Assert.Contains(run.Evidence.Calls, call => call.Call.Kind == CallKind.Forbidden);
    }

    [Fact]
    public void Check_PlacedAgain_FindsI1() => Finds(Rule.I1, evidence => evidence.Then(evidence.Find(Enters(InstanceState.Scheduled)).Batch.Events));

    [Fact]
    public void Check_WorkerChangedByAReport_FindsI1() => Finds(Rule.I1, evidence => evidence.Then(
        evidence.Find(Enters(InstanceState.Scheduled)).Batch.Events.First(Key(StateKeys.Instances, "/worker"))));

    [Fact]
    public void Check_StepThatIsNotLegal_FindsI1() => Finds(Rule.I1, evidence => evidence.At(Enters(InstanceState.Instantiating), batch => batch.Rewrite<LabletInstance>(StateOf, instance => instance with { State = InstanceState.Grading })));

    [Fact]
    public void Check_PortsNotGivenBack_FindsI2() => Finds(Rule.I2, evidence => evidence.At(GivesBack, batch => batch.Without(PortsOf)));

    [Fact]
    public void Check_PortOfAnother_FindsI2() => Finds(Rule.I2, evidence =>
    {
        var neighbour = (LabletInstance?)null;
        return evidence.At(step => Enters(InstanceState.Scheduled)(step) && (neighbour = Neighbour(step)) is not null,
            batch => batch.Rewrite<LabletInstance>(StateOf, instance => instance with { Ports = instance.Ports.SetItem(instance.Ports.Keys.First(), neighbour!.Ports.Values.First()) }));
    });

    [Fact]
    public void Check_CapacityNotGivenBack_FindsI3() => Finds(Rule.I3, evidence => evidence.At(GivesBack, batch => batch.Without(CapacityOf)));

    [Fact]
    public void Check_CapacityGivenBackTwice_FindsI3() => Finds(Rule.I3, evidence => evidence.At(GivesBack, batch => batch.Rewrite<AvailableCapacity>(CapacityOf, left => left with { MemoryGb = left.MemoryGb + 1 })));

    [Fact]
    public void Check_AcknowledgedWithoutWriting_FindsI4() => Finds(Rule.I4, evidence =>
    {
        var call = evidence.Calls.First(Acknowledged(CallKind.Publish));
        return evidence.At(step => step.Batch.Events.Any(Key(StateKeys.OutboxEntry(call.Call.OperationId))), batch => batch with { Events = [] });
    });

    [Fact]
    public void Check_AppliedTwice_FindsI4() => Finds(Rule.I4, evidence => evidence.Then(
        evidence.Find(step => step.Batch.Events.Any(Key(StateKeys.OutboxEntry(evidence.Calls.First(Acknowledged(CallKind.Reserve)).Call.OperationId)))).Batch.Events));

    [Fact]
    public void Check_AnotherInstanceOfTheSameCall_FindsI4() => Finds(Rule.I4, evidence =>
    {
        var first = evidence.Find(Enters(InstanceState.Pending)).Batch.Events.First(StateOf);
        return evidence.Then(Put(first with { Key = StateKeys.InstanceState("i-twin") }, DomainJson.Read<LabletInstance>(first.Entry!.Value.Span) with { Id = "i-twin" }));
    });

    [Fact]
    public void Check_RefusedAndYetApplied_FindsI4() => Finds(Rule.I4, evidence => evidence.With(Acknowledged(CallKind.Reserve), call => call.Answered(409)));

    [Fact]
    public void Check_CancelUndone_FindsI4() => Finds(Rule.I4, evidence =>
    {
        var call = evidence.Calls.First(Acknowledged(CallKind.Cancel));
        var cancelled = evidence.Find(step => step.Batch.Events.Any(Key(StateKeys.OutboxEntry(call.Call.OperationId)))).Batch.Events.First(StateOf);
        return evidence.Then(Put(cancelled, DomainJson.Read<LabletInstance>(cancelled.Entry!.Value.Span) with { Target = InstanceTarget.Running }));
    });

    [Fact]
    public void Check_OtherReplicaDoesNotKnowIt_FindsI4() => Finds(Rule.I4, evidence => evidence.With(Acknowledged(CallKind.Read), call => call.Answered(404)));

    [Fact]
    public void Check_EventMissingInTheTrail_FindsI5() => Finds(Rule.I5, evidence => evidence with { Trail = evidence.Trail.RemoveAt(evidence.Trail.Length / 2) });

    [Fact]
    public void Check_LastEventMissingInTheTrail_FindsI5() => Finds(Rule.I5, evidence => evidence with { Trail = evidence.Trail.RemoveAt(evidence.Trail.Length - 1) });

    [Fact]
    public void Check_EventTwiceInTheTrail_FindsI5() => Finds(Rule.I5, evidence => evidence with { Trail = AuditTwice(evidence) });

    [Fact]
    public void Check_EventRewritten_FindsI5() => Finds(Rule.I5, evidence => evidence with { Trail = evidence.Trail.SetItem(3, evidence.Trail[3] with { Actor = "nobody" }) });

    [Fact]
    public void Check_TransitionWithoutItsEvent_FindsI5() => Finds(Rule.I5, evidence => evidence.At(Enters(InstanceState.Running), batch => batch.Rewrite<OutboxEntry>(Key(StateKeys.Outbox), entry => entry with { Events = [] })));

    [Fact]
    public void Check_CheckpointWithAnEvent_FindsI5() => Finds(Rule.I5, evidence =>
    {
        var some = DomainJson.Read<OutboxEntry>(evidence.Find(Enters(InstanceState.Running)).Batch.Events.First(Key(StateKeys.Outbox)).Entry!.Value.Span).Events;
        return evidence.At(step => step.Puts(StateKeys.Outbox).Any(entry => DomainJson.Read<OutboxEntry>(entry.Value.Span).Events.IsEmpty), batch => batch.Rewrite<OutboxEntry>(Key(StateKeys.Outbox), entry => entry with { Events = some }));
    });

    [Fact]
    public void Check_ForbiddenCallAnswered_FindsI6() => Finds(Rule.I6, evidence => evidence.With(call => call.Call.Kind == CallKind.Forbidden, call => call.Answered(200)));

    [Fact]
    public void Check_ForbiddenCallLeavesATrace_FindsI6() => Finds(Rule.I6, evidence =>
    {
        var outbox = evidence.Find(Enters(InstanceState.Pending)).Batch.Events.First(Key(StateKeys.Outbox));
        return evidence.Then(outbox with { Key = StateKeys.OutboxEntry(evidence.Calls.First(call => call.Call.Kind == CallKind.Forbidden).Call.OperationId) });
    });

    [Fact]
    public void Check_CallWithoutAnAnswer_FindsI7() => Finds(Rule.I7, evidence => evidence.With(Acknowledged(CallKind.Publish), call => call.Answered(0)));

    [Fact]
    public void Check_CallThatFailed_FindsI7() => Finds(Rule.I7, evidence => evidence.With(Acknowledged(CallKind.Publish), call => call with { Attempts = call.Attempts.Insert(0, call.Attempts[0] with { Status = 500 }) }));

    [Fact]
    public void Check_NoOtherLeader_FindsI7() => Finds(Rule.I7, evidence => evidence with { Faults = [new FaultMark(evidence.Revisions[^1].At, "kill -9", [StateKeys.SchedulerLeader], TimeSpan.FromSeconds(3), null)] });

    [Fact]
    public void Check_ServiceBackTooLate_FindsI7() => Finds(Rule.I7, evidence => evidence with { Faults = [new FaultMark(evidence.Revisions[0].At, "kill -9", [], TimeSpan.Zero, TimeSpan.FromMilliseconds(1))] });

    [Fact]
    public void Check_ReplicaThatMissedAChange_FindsI8() => Finds(Rule.I8, evidence => Shows(evidence, instances => instances.SetItem(instances.Keys.First(), JsonNode.Parse("""{"state":"PENDING"}""")!)));

    [Fact]
    public void Check_ReplicaThatMissedADeletion_FindsI8() => Finds(Rule.I8, evidence => Shows(evidence, instances => instances.Add("i-gone", instances.Values.First())));

    [Fact]
    public void Check_ReplicaThatMissedACreation_FindsI8() => Finds(Rule.I8, evidence => Shows(evidence, instances => instances.Remove(instances.Keys.First())));

    [Fact]
    public void Check_VersionWithoutItsDocument_FindsI8() => Finds(Rule.I8, evidence => evidence with { Replicas = [.. evidence.Replicas.Select(replica => replica with { Versions = replica.Versions.SetItem(Traffic.Lab(0), []) })] });

    [Fact]
    public void Check_DecisionOfAnEarlierTerm_FindsFence() => Finds(Rule.Fence, evidence => evidence.At(Enters(InstanceState.Scheduled), batch => batch.Rewrite<OutboxEntry>(Key(StateKeys.Outbox),
        entry => entry with { Events = [.. entry.Events.Select(told => told with { Time = told.Time.AddMinutes(-5) })] })));

    [Fact]
    public void Check_WriteWhileNobodyLeads_FindsFence() => Finds(Rule.Fence, evidence => evidence.At(step => step.Batch.Events.Any(Key(StateKeys.ControllerLeader)), batch => batch.Without(Key(StateKeys.ControllerLeader))));

    [Fact]
    public void Check_TermTakenFromItsHolder_FindsFence() => Finds(Rule.Fence, evidence => evidence.Then(evidence.Find(step => step.Batch.Events.Any(Key(StateKeys.SchedulerLeader))).Batch.Events));

    [Fact]
    public void Check_RevisionNotRecorded_FindsRecording() => Finds(Rule.Recording, evidence => evidence with { Revisions = evidence.Revisions.RemoveAt(evidence.Revisions.Length - 5) });

    private static bool GivesBack(Step step) => Enters(InstanceState.Terminated)(step) && step.Batch.Events.Any(PortsOf) && step.Batch.Events.Any(CapacityOf);

    private static Func<CallRecord, bool> Acknowledged(CallKind kind) => call => call.Call.Kind == kind && call.Known == Known.Acknowledged;

    /// <summary>Another instance with ports on the worker that the first placed one got.</summary>
    private static LabletInstance? Neighbour(Step step) => step.Change.Instances.Select(id => step.After.Instances[id]).Where(placed => placed.WorkerId is not null)
        .SelectMany(placed => step.Before.On(placed.WorkerId!)).FirstOrDefault(other => other.Value.Ports.Count > 0)?.Value;

    private static ImmutableArray<Engine.Documents.AuditEvent> AuditTwice(Evidence evidence)
    {
        var again = evidence.Trail[^1] with { Sequence = evidence.Trail[^1].Sequence + 1, PreviousHash = evidence.Trail[^1].Hash };
        return evidence.Trail.Add(again with { Hash = AuditChain.HashOf(again) });
    }

    private static Evidence Shows(Evidence evidence, Func<ImmutableSortedDictionary<string, JsonNode>, ImmutableSortedDictionary<string, JsonNode>> edit) =>
        evidence with { Replicas = [.. evidence.Replicas.Select(replica => replica with { Instances = edit(replica.Instances) })] };

    private void Finds(Rule rule, Func<Evidence, Evidence> edit) => Assert.Contains(Checker.Check(edit(run.Evidence)), violation => violation.Rule == rule);

    /// <summary>The run that all of them edit.</summary>
    public sealed class Run : IAsyncLifetime
    {
        internal Evidence Evidence { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await using var portal = await WatchedPortal.StartAsync();
            Evidence = await portal.WorkAsync(6);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
