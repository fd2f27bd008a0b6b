using Ccm.Engine.Domain;
using Ccm.Engine.Lifecycle;
using Ccm.Engine.Scheduling;
using Ccm.Tests.Domain;
using static Ccm.Engine.Domain.InstanceState;

namespace Ccm.Tests.Lifecycle;

public sealed class DrainPlanTests
{
    private static readonly DateTimeOffset Now = Sample.Now;
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);

    public static TheoryData<InstanceState, InstanceTarget, int?, int, bool> Ends => new()
    {
        { Running, InstanceTarget.Running, 60, 60, false },
        { Stopped, InstanceTarget.Stopped, 60, 60, false },
        { Running, InstanceTarget.Terminated, 60, 0, false },
        { Archived, InstanceTarget.Terminated, null, 0, false },
        { Collecting, InstanceTarget.Running, 60, 60, false },
        { Collecting, InstanceTarget.Running, 240, 75, false },
        { Grading, InstanceTarget.Running, 240, 60, false },
        { Grading, InstanceTarget.Running, 30, 30, false },
        { Running, InstanceTarget.Running, -1, 0, false },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void Of_Blocker_EndsWithItsSlotOrItsAssessment(InstanceState state, InstanceTarget target, int? slotEnds, int ends, bool estimated)
    {
        var plan = Plan(Sample.Instance(state: state) with { Target = target, TimeslotEnd = slotEnds is { } end ? Now.AddMinutes(end) : null, Checkpoint = new Checkpoint(CheckpointStep.Started, "lab-1") });

        var blocker = Assert.Single(plan.Blocking);
        Assert.Equal((Now.AddMinutes(ends), estimated), (blocker.EndsAt, blocker.Estimated));
        Assert.Equal(blocker.EndsAt, plan.FreeAt);
    }

    [Fact]
    public void Of_AsSoonAsPossibleNotRunningYet_IsAnEstimate()
    {
        var blocker = Assert.Single(Plan(Sample.Instance(state: Instantiating) with { Checkpoint = new Checkpoint(CheckpointStep.Begun, null) }).Blocking);

        Assert.True(blocker.Estimated);
        Assert.Equal(Now + Times.LabStart(5) + TimeSpan.FromMinutes(60), blocker.EndsAt);
    }

    [Fact]
    public void Of_SeveralAndOneNotBegun_NamesEachInOrderAndLetsThatOneGo()
    {
        var plan = Plan(
            Sample.Instance("i-late", Running) with { TimeslotEnd = Now.AddMinutes(90) },
            Sample.Instance("i-soon", Running) with { TimeslotEnd = Now.AddMinutes(30) },
            Sample.Instance("i-placed", Scheduled),
            Sample.Instance("i-over", Terminated));

        Assert.Equal(["i-soon", "i-late"], plan.Blocking.Select(blocker => blocker.InstanceId));
        Assert.Equal("i-placed", Assert.Single(plan.Returning));
        Assert.Equal(Now.AddMinutes(90), plan.FreeAt);
    }

    [Fact]
    public void Of_Empty_IsFreeNow() => Assert.Equal(Now, Plan().FreeAt);

    /// <summary>Told before it is begun, from the moment on at which it would be.</summary>
    [Fact]
    public void Of_NotDrainedYet_IsOverdueAfterItsTimeout() => Assert.Equal((Now.AddHours(4), false), (Plan().OverdueAt, Plan().Overdue));

    [Fact]
    public void Of_BeingDrained_IsOverdueFromItsBeginOn()
    {
        var fleet = Sample.Fleet([], [Sample.Worker(state: WorkerState.Draining) with { DrainStartedAt = Now.AddHours(-5), DrainOverdueSince = Now.AddHours(-1) }]);

        var plan = DrainPlan.Of(fleet.Workers["w-1"], fleet, Now, Times, new LifecycleOptions());

        Assert.Equal((Now.AddHours(-1), true), (plan.OverdueAt, plan.Overdue));
    }

    /// <summary>What takes no work is not the fleet's to lose; one that is being drained was.</summary>
    [Theory]
    [InlineData(WorkerState.Running)]
    [InlineData(WorkerState.Draining)]
    public void Of_Loss_IsAllThatItDeclaresBesideWhatTakesWork(WorkerState state)
    {
        var small = Sample.Worker("w-3") with { Template = "small", Declared = new Capacity(8, 64, 50, 20) };
        var fleet = Sample.Fleet([(Sample.Instance(state: Running), "w-1")], [Sample.Worker(state: state), Sample.Worker("w-2"), small, Sample.Worker("w-4", WorkerState.Failed)]);

        var loss = DrainPlan.Of(fleet.Workers["w-1"], fleet, Now, Times, new LifecycleOptions()).Loss;

        Assert.Equal((new Capacity(64, 128, 200, 100), new Capacity(136, 320, 450, 220)), (loss.Lost, loss.Fleet));
        Assert.Equal([new TemplateLoss("metal", 1, 2)], loss.Templates);
        Assert.Equal([new TemplateLoss("metal", 2, 2), new TemplateLoss("small", 1, 1)], DrainLoss.Of([fleet.Workers["w-1"], fleet.Workers["w-2"], fleet.Workers["w-3"]], fleet).Templates);
    }

    /// <summary>It takes no work as it is, and a drain takes nothing from the fleet.</summary>
    [Theory]
    [InlineData("silent")]
    [InlineData("in trouble")]
    public void Of_LossOfOneThatTakesNoWork_IsNone(string how)
    {
        var worker = how == "silent" ? Sample.Worker() with { UnreachableSince = Now } : Sample.Worker() with { Trouble = "Licence expired." };
        var fleet = Sample.Fleet([], [worker, Sample.Worker("w-2")]);

        var loss = DrainPlan.Of(fleet.Workers["w-1"], fleet, Now, Times, new LifecycleOptions()).Loss;

        Assert.Equal((Capacity.None, fleet.Workers["w-2"].Value.Declared), (loss.Lost, loss.Fleet));
        Assert.Empty(loss.Templates);
        Assert.Equal([new TemplateLoss("metal", 1, 1)], DrainLoss.Of([.. fleet.Workers.Values], fleet).Templates);
    }

    [Theory]
    [InlineData(WorkerTarget.Stopped, false)]
    [InlineData(WorkerTarget.Terminated, true)]
    public void Of_LossOfOneBeingDrained_IsForGoodWhenItIsGivenBackAfterwards(WorkerTarget target, bool forGood)
    {
        var fleet = Sample.Fleet([], [Sample.Worker(state: WorkerState.Draining) with { Target = target }, Sample.Worker("w-2")]);

        Assert.Equal(forGood, DrainPlan.Of(fleet.Workers["w-1"], fleet, Now, Times, new LifecycleOptions()).Loss.ForGood);
    }

    private static DrainPlan Plan(params LabletInstance[] instances)
    {
        var fleet = Sample.Fleet(instances.Select(instance => (instance, (string?)"w-1")), [Sample.Worker()]);
        return DrainPlan.Of(fleet.Workers["w-1"], fleet, Now, Times, new LifecycleOptions());
    }
}
