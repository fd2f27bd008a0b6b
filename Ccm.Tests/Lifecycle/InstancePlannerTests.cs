using Ccm.Engine.Domain;
using Ccm.Engine.Lifecycle;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Lifecycle;

/// <summary>What must hold of every step, whatever the instance and its worker are like.</summary>
public sealed class InstancePlannerTests
{
    private const int Iterations = 5_000;

    [Fact]
    public void Next_AnyInstance_StepIsInTheTable() => Check((instance, worker, step) =>
    {
        if (step is InstanceStep.Advance advance)
            Assert.True(InstanceTransitions.IsLegal(instance.State, advance.To, InstanceTransitions.Facts(instance, worker)), $"{instance.State} to {advance.To}: {advance.Reason}");
    });

    [Fact]
    public void Next_AnyInstance_GivesNothingBackEarly() => Check((instance, worker, step) =>
    {
        if (step is not InstanceStep.Advance { To: InstanceState.Pending or InstanceState.Terminated } || !instance.HoldsPlace)
            return;
        var answers = worker is { State: WorkerState.Running or WorkerState.Draining, UnreachableSince: null };
        Assert.True(worker is null or { IsGone: true } || !instance.HasBegun || (instance.Forced && !answers), $"{instance.State} while a lab may be on {worker?.State}");
    });

    [Fact]
    public void Next_AnyInstance_ActsOnlyOnAHostThatAnswersAndOnlyWhatTheStateIsFor() => Check((instance, worker, step) =>
    {
        if (step is not InstanceStep.Act act)
            return;
        Assert.True(worker is { State: WorkerState.Running or WorkerState.Draining, UnreachableSince: null, LostSince: null });
        Assert.Equal(instance.State, act.What switch
        {
            HostAct.Import or HostAct.Start or HostAct.AwaitStart => InstanceState.Instantiating,
            HostAct.Stop => InstanceState.Stopping,
            _ => InstanceState.Archived,
        });
        if (act.What is HostAct.Start or HostAct.AwaitStart)
            Assert.NotNull(instance.Checkpoint!.LabId);
    });

    [Fact]
    public void Next_AnyInstance_BringsNothingToLifeThatIsToEnd() => Check((instance, worker, step) =>
    {
        if (instance.Target == InstanceTarget.Terminated)
            Assert.False(step is InstanceStep.Act { What: HostAct.Import or HostAct.Start or HostAct.AwaitStart } or InstanceStep.Advance { To: InstanceState.Running });
    });

    [Fact]
    public void Next_AnyInstance_ChangesSomethingOrWaitsForWhatIsToCome() => Check((instance, worker, step) =>
    {
        if (step is InstanceStep.Note note)
            Assert.NotEqual(instance, note.Change(instance));
        if (step is InstanceStep.Advance advance)
            Assert.NotEqual(instance.State, advance.To);
        if (step is InstanceStep.Wait { Until: { } until })
            Assert.True(until > Sample.Now, $"{instance.State} waits for {until:u}, which has passed");
    });

    [Fact]
    public void Next_AnyInstance_EndsWithAnOutcomeThatStays() => Check((instance, worker, step) =>
    {
        var after = step switch
        {
            InstanceStep.Advance advance => advance.Change(instance) with { State = advance.To },
            InstanceStep.Note note => note.Change(instance),
            _ => instance,
        };
        Assert.Equal(after.Target == InstanceTarget.Terminated, after.Outcome is not null);
        if (after.State == InstanceState.Terminated)
            Assert.NotNull(after.Outcome);
        if (instance.Target == InstanceTarget.Terminated)
            Assert.Equal((instance.Target, instance.Outcome), (after.Target, after.Outcome));
    });

    [Fact]
    public void Next_AsSoonAsPossible_NeverExpires() => Check((instance, worker, step) =>
    {
        if (instance is { AsSoonAsPossible: true, TimeslotEnd: null, Target: InstanceTarget.Running } && step is InstanceStep.Advance advance)
            Assert.NotEqual(Outcome.Expired, advance.Change(instance).Outcome);
    });

    [Theory]
    [InlineData(InstanceState.Running, 240, 240)]
    [InlineData(InstanceState.Collecting, 240, 15)]
    [InlineData(InstanceState.Collecting, 10, 10)]
    [InlineData(InstanceState.Grading, 240, 60)]
    [InlineData(InstanceState.Grading, 30, 30)]
    public void Next_InUse_WaitsForItsLimitOrItsSlotsEndWhicheverIsSooner(InstanceState state, int slot, int minutes)
    {
        var instance = Sample.Instance(state: state) with { TimeslotEnd = Sample.Now.AddMinutes(slot), Checkpoint = new Checkpoint(CheckpointStep.Started, "lab-1") };
        var worker = Sample.Fleet([], [Sample.Worker()]).Workers["w-1"];

        Assert.Equal(Sample.Now.AddMinutes(minutes), Assert.IsType<InstanceStep.Wait>(InstancePlanner.Next(new InstanceEntry(instance, 1, "w-1"), worker, Sample.Now, new LifecycleOptions())).Until);
    }

    [Fact]
    public void Next_StartedAgainBeforeItWasEverImported_IsImported()
    {
        var stopped = Sample.Instance(state: InstanceState.Stopped) with { Checkpoint = new Checkpoint(CheckpointStep.Begun, null) };
        var worker = Sample.Fleet([], [Sample.Worker()]).Workers["w-1"];

        var again = Assert.IsType<InstanceStep.Advance>(InstancePlanner.Next(new InstanceEntry(stopped, 1, "w-1"), worker, Sample.Now, new LifecycleOptions()));
        var next = InstancePlanner.Next(new InstanceEntry(again.Change(stopped) with { State = again.To }, 2, "w-1"), worker, Sample.Now, new LifecycleOptions());

        Assert.Equal(HostAct.Import, Assert.IsType<InstanceStep.Act>(next).What);
    }

    private static void Check(Action<LabletInstance, Worker?, InstanceStep> holds) => AnyInstance.Generator.Sample(any =>
        holds(any.Entry.Value, any.Worker?.Value, InstancePlanner.Next(any.Entry, any.Worker, Sample.Now, new LifecycleOptions())), iter: Iterations,
        print: any => $"{any.Entry.Value} on {any.Worker?.Value}");
}
