using Ccm.Engine.Domain;
using Ccm.Engine.Lifecycle;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using CsCheck;
using static Ccm.Engine.Domain.InstanceState;

namespace Ccm.Tests.Lifecycle;

/// <summary>Steps taken one after the other, on a host that does what it is asked.</summary>
public sealed class InstancePathTests
{
    private const int MostSteps = 20;

    [Fact]
    public void Walk_AskedToEnd_EndsWhateverItWas() => AnyInstance.Generator.Where(any => any.Worker is null or { Value.UnreachableSince: null, Value.State: WorkerState.Running or WorkerState.Draining }
        && !(any.Entry.Value.HoldsPlace && any.Worker is null)).Sample(any =>
    {
        var asked = any.Entry.Value with { Target = InstanceTarget.Terminated, Outcome = any.Entry.Value.Outcome ?? Outcome.Cancelled };

        var path = Walk(asked, any.Worker);

        Assert.Equal(Terminated, path[^1].State);
        Assert.Equal(asked.Outcome, path[^1].Outcome);
        if (asked.HasBegun && any.Worker is { Value.IsGone: false })
            Assert.Contains(path, step => step.State == Archived);
        Assert.DoesNotContain(path.Skip(1), step => step.State is Running or Collecting or Grading);
    }, iter: 2_000);

    [Fact]
    public void Walk_WorkerGone_EndsAsLostOrWaitsForAnotherPlace() => AnyInstance.Generator.Where(any => any.Entry.Value.HoldsPlace && any.Worker is null or { Value.IsGone: true }).Sample(any =>
    {
        var last = Walk(any.Entry.Value, any.Worker)[^1];
        if (last.State == Pending)
            Assert.True(any.Entry.Value.State is Scheduled or Instantiating or Pending && last is { Target: InstanceTarget.Running, FailedAttempts: 0 });
        else
            Assert.Equal(Terminated, last.State);
        if (any.Entry.Value is { Target: InstanceTarget.Running, State: Running or Collecting or Grading or Stopping or Stopped })
            Assert.Equal(Outcome.WorkerLost, last.Outcome);
    }, iter: 2_000);

    [Fact]
    public void Walk_FromScheduled_RunsUntilItsSlotEndsAndIsArchived()
    {
        var instance = Sample.Instance(state: Scheduled) with { AsSoonAsPossible = false, TimeslotStart = Sample.Now, TimeslotEnd = Sample.Now.AddHours(1) };

        var path = Walk(instance, Worker(WorkerState.Running));

        Assert.Equal([Scheduled, Instantiating, Running, Stopping, Stopped, Archived, Terminated], path.Select(step => step.State).Distinct());
        Assert.Equal(Outcome.Completed, path[^1].Outcome);
    }

    [Theory]
    [InlineData(WorkerState.Draining)]
    [InlineData(WorkerState.Failed)]
    public void Walk_NotBegunOnAWorkerThatBecameUnfit_GoesBackToPending(WorkerState state) =>
        Assert.Equal(Pending, Walk(Sample.Instance(state: Scheduled), Worker(state))[^1].State);

    [Fact]
    public void Walk_BegunOnADrainingWorker_GoesOnThere() =>
        Assert.Contains(Walk(Sample.Instance(state: Scheduled) with { Checkpoint = new Checkpoint(CheckpointStep.Begun, null) }, Worker(WorkerState.Draining)), step => step.State == Running);

    [Theory]
    [InlineData(WorkerState.Running, true)]
    [InlineData(WorkerState.Draining, false)]
    public void Walk_StoppedAndAskedToRun_RunsOnARunningWorkerOnly(WorkerState state, bool runs)
    {
        var stopped = Sample.Instance(state: Stopped) with { Checkpoint = new Checkpoint(CheckpointStep.Started, "lab-1"), TimeslotEnd = Sample.Now.AddHours(1), TimeslotStart = Sample.Now };
        Assert.Equal(runs, Walk(stopped, Worker(state)).Any(step => step.State == Running));
    }

    [Fact]
    public void Walk_StoppedOnRequest_HoldsItsPlaceUntilItsSlotEnds()
    {
        var running = Sample.Instance(state: Running) with
        {
            Target = InstanceTarget.Stopped, TimeslotStart = Sample.Now, TimeslotEnd = Sample.Now.AddHours(1), Checkpoint = new Checkpoint(CheckpointStep.Started, "lab-1"),
        };
        var path = Walk(running, Worker(WorkerState.Running));
        Assert.Equal([Running, Stopping, Stopped, Archived, Terminated], path.Select(step => step.State).Distinct());
        Assert.Equal(Outcome.Completed, path[^1].Outcome);
    }

    [Fact]
    public void Walk_SlotPassedUnplaced_Expires()
    {
        var path = Walk(Sample.Instance() with { AsSoonAsPossible = false, TimeslotStart = Sample.Now, TimeslotEnd = Sample.Now.AddHours(1) }, null);
        Assert.Equal([Pending, Terminated], path.Select(step => step.State));
        Assert.Equal(Outcome.Expired, path[^1].Outcome);
    }

    private static WorkerEntry Worker(WorkerState state) => Sample.Fleet([], [Sample.Worker(state: state)]).Workers["w-1"];

    /// <summary>Every value on the way until it ends or waits for something that no time brings.</summary>
    private static List<LabletInstance> Walk(LabletInstance instance, WorkerEntry? worker)
    {
        var now = Sample.Now;
        List<LabletInstance> path = [instance];
        while (path.Count < MostSteps)
        {
            var at = path[^1];
            switch (InstancePlanner.Next(new InstanceEntry(at, path.Count, at.HoldsPlace ? "w-1" : null), at.HoldsPlace ? worker : null, now, new LifecycleOptions()))
            {
                case InstanceStep.Advance step:
                    Assert.True(InstanceTransitions.IsLegal(at.State, step.To, InstanceTransitions.Facts(at, worker?.Value)));
                    path.Add(step.Change(at) with { State = step.To, Checkpoint = step.To is Pending ? null : step.Change(at).Checkpoint });
                    break;
                case InstanceStep.Note step:
                    path.Add(step.Change(at));
                    break;
                case InstanceStep.Act act:
                    path.Add(Done(at, act.What));
                    break;
                case InstanceStep.Wait { Until: { } until }:
                    now = until;
                    break;
                default:
                    return path;
            }
        }
        throw new InvalidOperationException($"No end: {string.Join(", ", path.Select(step => step.State))}");
    }

    private static LabletInstance Done(LabletInstance instance, HostAct act) => act switch
    {
        HostAct.Import => instance with { Checkpoint = new Checkpoint(CheckpointStep.Imported, "lab-1") },
        HostAct.Start => instance with { Checkpoint = instance.Checkpoint! with { Step = CheckpointStep.Started } },
        HostAct.AwaitStart => instance with { State = Running },
        HostAct.Stop => instance with { State = Stopped },
        _ => instance with { State = Terminated },
    };
}
