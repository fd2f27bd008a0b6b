using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Scheduling;

public sealed class DryRunTests
{
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);

    [Fact]
    public void Of_FleetOfTwo_CountsWhoTakesItNowAndAfterScaling()
    {
        var template = Sample.Template() with { MaxWorkers = 5 };
        var small = Sample.Template("small") with { MemoryGb = 4 };
        var fleet = Sample.Fleet([], [Sample.WorkerOf(template, "w-1"), Sample.WorkerOf(template, "w-2", WorkerState.Draining)], [(template, 2), (small, 0)]);

        var run = DryRun.Of(fleet, Sample.Request(), [small, template, Sample.Template("off") with { Enabled = false }], Sample.Now, Times);

        Assert.Equal((1, 4), (run.Now, run.Grown));
        Assert.Equal(ReasonCode.WorkerDraining, Assert.Single(run.Workers[1].Reasons).Code);
        Assert.Equal(["metal", "small"], run.Templates.Select(verdict => verdict.Template));
        Assert.Equal(ReasonCode.InsufficientMemory, Assert.Single(run.Templates[1].Reasons).Code);
        Assert.True(DryRun.Takes(template, Sample.Request()));
        Assert.False(DryRun.Takes(small, Sample.Request()));
    }

    [Fact]
    public void Of_MoreWorkersThanTheMaximum_AddsNone()
    {
        var template = Sample.Template() with { MaxWorkers = 1 };

        Assert.Equal(0, DryRun.Of(Sample.Fleet([], [], [(template, 2)]), Sample.Request(), [template], Sample.Now, Times).Grown);
    }

    [Fact]
    public void Of_WorkerKeptForOneThatWaits_DoesNotFitNow()
    {
        var running = Sample.Instance("i-1", InstanceState.Running) with { Request = Sample.Request(memory: 64) };
        var run = DryRun.Of(Sample.Fleet([(running, "w-1"), (Sample.Instance("i-2") with { Request = Sample.Request(memory: 128) }, null)], [Sample.Worker()]), Sample.Request(memory: 8), [], Sample.Now, Times);

        Assert.Equal(0, run.Now);
        Assert.Equal(ReasonCode.PlaceKept, Assert.Single(Assert.Single(run.Workers).Reasons).Code);
    }

    /// <summary>Where the dry run says yes, the planner places the very lab if it comes alone.</summary>
    [Fact]
    public void Of_AnyFleet_AgreesWithThePlanner() => AnyFleet.Generator.Sample(fleet =>
    {
        var alone = fleet with { Instances = fleet.Instances.RemoveRange(fleet.Instances.Values.Where(entry => entry.WorkerId is null).Select(entry => entry.Id)), InstancesByState = fleet.InstancesByState.Remove(InstanceState.Pending) };
        var waiting = fleet.Instances.Values.FirstOrDefault(entry => entry.WorkerId is null)?.Value ?? Sample.Instance("i-new");
        var lab = Sample.Instance("i-new") with { Request = waiting.Request };
        var asked = alone with
        {
            Instances = alone.Instances.Add(lab.Id, new InstanceEntry(lab, 1, null)),
            InstancesByState = fleet.InstancesByState.SetItem(InstanceState.Pending, [lab.Id]),
        };

        var placed = PlacementPlanner.Plan(asked, Sample.Now, Times).Placements;

        Assert.Equal(DryRun.Of(alone, lab.Request, [], Sample.Now, Times).Now > 0, placed.Length > 0);
    }, iter: 300);
}
