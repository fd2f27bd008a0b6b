using Ccm.Engine.Domain;
using Ccm.Engine.Scaling;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Scaling;

public sealed class ScalingOutlookTests
{
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);
    private static readonly ScalingOptions Options = new();

    [Fact]
    public void Of_Workers_AreCountedAndCostWhatIsOn()
    {
        var template = Sample.Template() with { MaxWorkers = 10, CostPerHour = 4 };
        WorkerState[] states = [WorkerState.Pending, WorkerState.Provisioning, WorkerState.Running, WorkerState.Running, WorkerState.Stopped, WorkerState.Terminated];

        var of = Of(Sample.Fleet([], states.Select((state, n) => Sample.WorkerOf(template, $"w-{n}", state) with { Target = state == WorkerState.Stopped ? WorkerTarget.Stopped : WorkerTarget.Running }), [(template, 5)]), template);

        Assert.Equal([(WorkerState.Pending, 1), (WorkerState.Provisioning, 1), (WorkerState.Running, 2), (WorkerState.Stopped, 1)], of.States.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal((3 * 4m, 10 * 4m), (of.CostNow, of.CostAtMost));
        Assert.Equal(["w-0", "w-1"], of.Coming.Select(coming => coming.Id));
        Assert.Equal(Sample.Now.AddMinutes(18), of.Coming[1].ReadyAt);
        Assert.Null(of.NoMore);
    }

    [Fact]
    public void Of_IdleWorker_NamesWhenItStops()
    {
        var idle = Assert.Single(Of(Sample.Fleet([], [Sample.Worker()]), Sample.Template()).Idle);

        Assert.Equal((Sample.Now, Sample.Now + Options.IdleCooldown, null), (idle.Since, idle.StopsAt, idle.KeptBecause));
    }

    [Fact]
    public void Of_IdleWorkerThatIsKept_SaysWhy()
    {
        var template = Sample.Template() with { MinWorkers = 1 };

        var idle = Assert.Single(Of(Sample.Fleet([], [Sample.WorkerOf(template, "w-1")]), Sample.Now.AddHours(1), template).Idle);

        Assert.Equal("It is idle, and template metal keeps at least 1 worker.", idle.KeptBecause);
    }

    [Theory]
    [InlineData(true, 1, "Its maximum is reached: 1 of 1 exist.")]
    [InlineData(false, 5, "It is disabled: an admin can enable it to have more.")]
    public void Of_NoMoreCanBeOrdered_SaysWhy(bool enabled, int most, string reason)
    {
        var template = Sample.Template() with { Enabled = enabled, MaxWorkers = most };
        Assert.Equal(reason, Of(Sample.Fleet([], [Sample.WorkerOf(template, "w-1")], [(template, 1)]), template).NoMore);
    }

    [Fact]
    public void Of_HostRefused_SaysWhatItSaid()
    {
        var template = Sample.Template();
        var without = Sample.WorkerOf(template, "w-1", WorkerState.Pending) with { Trouble = "No host is free." };
        Assert.Equal("There is no host for w-1: No host is free.", Of(Sample.Fleet([], [without], [(template, 1)]), template).NoMore);
    }

    [Fact]
    public void Of_WaitingLabs_HaveThePlannersReasons()
    {
        var template = Sample.Template() with { MaxWorkers = 0 };
        var late = Sample.Instance("i-late") with { CreatedAt = Sample.Now.AddMinutes(1) };
        var ahead = Sample.Instance("i-ahead") with { AsSoonAsPossible = false, TimeslotStart = Sample.Now.AddDays(2), TimeslotEnd = Sample.Now.AddDays(2).AddHours(1) };

        var waiting = ScalingOutlook.Of(Sample.Fleet([(late, null), (Sample.Instance("i-first"), null), (ahead, null)], []), [template], Sample.Now, Times, Options).Waiting;

        Assert.Equal(["i-first", "i-late"], waiting.Select(lab => lab.Entry.Id));
        Assert.All(waiting, lab => Assert.Equal((true, "Every template that fits is at its maximum: metal 0."), (lab.IsRefused, lab.Reason)));
    }

    [Fact]
    public void Of_WaitingForAWorkerThatComes_IsNotRefused()
    {
        var waiting = ScalingOutlook.Of(Sample.Fleet([(Sample.Instance(), null)], [Sample.Worker(state: WorkerState.Provisioning)]), [Sample.Template()], Sample.Now, Times, Options).Waiting;

        Assert.Equal((false, "Room for it is on a worker that runs, or on the one that is coming."), (waiting[0].IsRefused, waiting[0].Reason));
    }

    private static TemplateOutlook Of(FleetSnapshot fleet, params WorkerTemplate[] templates) => Of(fleet, Sample.Now, templates);

    private static TemplateOutlook Of(FleetSnapshot fleet, DateTimeOffset now, params WorkerTemplate[] templates) =>
        Assert.Single(ScalingOutlook.Of(fleet, [.. templates], now, Times, Options).Templates);
}
