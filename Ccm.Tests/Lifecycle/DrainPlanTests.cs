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

    private static DrainPlan Plan(params LabletInstance[] instances)
    {
        var fleet = Sample.Fleet(instances.Select(instance => (instance, (string?)"w-1")), [Sample.Worker()]);
        return DrainPlan.Of(fleet.Workers["w-1"], fleet, Now, Times, new LifecycleOptions());
    }
}
