using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Scaling;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Scaling;

public sealed class ScalingUpTests
{
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);
    private static readonly ScalingOptions Options = new();

    [Fact]
    public void Plan_DueWorkThatFitsNowhere_OrdersTheCheapestTemplateThatFitsAll()
    {
        var lab = Sample.Instance() with { Request = Sample.Request(memory: 64, ports: 10) with { LicenseAffinity = [LicenseType.Enterprise], CmlVersionRange = ">=2.8.0", Region = "east" } };
        WorkerTemplate[] templates =
        [
            Sample.Template("off") with { CostPerHour = 1, Region = "east", Enabled = false },
            Sample.Template("small") with { CostPerHour = 1, Region = "east", MemoryGb = 32 },
            Sample.Template("licence") with { CostPerHour = 1, Region = "east", LicenseType = LicenseType.Personal },
            Sample.Template("version") with { CostPerHour = 1, Region = "east", CmlVersion = "2.7.3" },
            Sample.Template("ports") with { CostPerHour = 1, Region = "east", PortRange = new PortRange(2000, 2005) },
            Sample.Template("right-b") with { CostPerHour = 2, Region = "east" },
            Sample.Template("right-a") with { CostPerHour = 2, Region = "east" },
            Sample.Template("dear") with { CostPerHour = 3, Region = "east" },
            Sample.Template("elsewhere") with { CostPerHour = 1 },
        ];

        var create = Assert.IsType<ScalingDecision.Create>(Assert.Single(Plan([lab], [], templates)));

        Assert.Equal("right-a", create.Template);
        Assert.Contains(lab.Id, create.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_CheapestAtItsMaximum_OrdersTheNext() =>
        Assert.Equal("dear", Assert.IsType<ScalingDecision.Create>(Assert.Single(Plan([Sample.Instance()], [],
            [Sample.Template("cheap") with { CostPerHour = 1, MaxWorkers = 2 }, Sample.Template("dear") with { CostPerHour = 2 }], ("cheap", 2)))).Template);

    /// <summary>The dear one was ordered while the cheap ones were at their maximum; one of them was given back since.</summary>
    [Fact]
    public void Plan_CheaperOneWouldComeTooLate_KeepsToTheOneThatWasOrdered()
    {
        var dear = Sample.Template("dear") with { CostPerHour = 2 };
        var ordered = Sample.WorkerOf(dear, "w-1", WorkerState.Provisioning);
        var lab = Later(TimeSpan.FromMinutes(15));

        Assert.Empty(Plan([lab], [ordered with { LastTransition = ordered.LastTransition with { At = Sample.Now.AddMinutes(-10) } }], [Sample.Template("cheap") with { CostPerHour = 1 }, dear], ("dear", 1)));
    }

    [Fact]
    public void Plan_AllAtTheirMaximum_RefusesWithTheNumbers() =>
        Assert.Contains("metal 3", Assert.IsType<ScalingDecision.SkipUp>(Assert.Single(Plan([Sample.Instance()], [], [Sample.Template() with { MaxWorkers = 3 }], ("metal", 3)))).Reason, StringComparison.Ordinal);

    /// <summary>Else labs would wait for ever for a host that the provider does not have; another host of the same kind may be well.</summary>
    [Theory]
    [InlineData(WorkerState.Pending, "dear")]
    [InlineData(WorkerState.Provisioning, "cheap")]
    public void Plan_CheapestHasAWorkerInTrouble_DoesNotWaitForIt(WorkerState state, string ordered) =>
        Assert.Equal(ordered, Assert.IsType<ScalingDecision.Create>(Assert.Single(Plan([Sample.Instance()], [Sample.WorkerOf(Sample.Template("cheap"), "w-1", state) with { Trouble = "No host is free." }],
            [Sample.Template("cheap") with { CostPerHour = 1 }, Sample.Template("dear") with { CostPerHour = 2 }], ("cheap", 1)))).Template);

    [Fact]
    public void Plan_WorkerWhoseBootFailedAndIsTriedAgain_IsNotWaitedFor() =>
        Assert.IsType<ScalingDecision.Create>(Assert.Single(Plan([Sample.Instance()], [Sample.TriedAgain("w-1")], [Sample.Template()], ("metal", 1))));

    [Theory]
    [InlineData(WorkerState.Provisioning, WorkerTarget.Running)]
    [InlineData(WorkerState.Stopped, WorkerTarget.Stopped)]
    public void Plan_WorkerThatCannotBeRead_IsNotWaitedFor(WorkerState state, WorkerTarget target)
    {
        var fleet = Unreadable(Fleet([Sample.Instance()], [Sample.Worker(state: state) with { Target = target }], [Sample.Template()], ("metal", 1)), "w-1");
        Assert.IsType<ScalingDecision.Create>(Assert.Single(Plan(fleet, Sample.Template())));
    }

    [Theory]
    [InlineData(WorkerState.Provisioning)]
    [InlineData(WorkerState.Running)]
    public void Plan_WorkerThatCannotBeRead_DoesNotCountTowardsTheMinimum(WorkerState state)
    {
        var template = Sample.Template() with { MinWorkers = 1 };
        Assert.IsType<ScalingDecision.Create>(Assert.Single(Plan(Unreadable(Fleet([], [Sample.Worker(state: state)], [template], ("metal", 1)), "w-1"), template)));
    }

    [Fact]
    public void Plan_PointerOfATemplateUnreadable_OrdersOfAnother()
    {
        WorkerTemplate[] templates = [Sample.Template("cheap") with { CostPerHour = 1, MinWorkers = 1 }, Sample.Template("dear") with { CostPerHour = 2 }];
        Assert.Equal("dear", Assert.Single(Plan(UnreadablePointer(Fleet([Sample.Instance()], [], templates), "cheap"), templates).OfType<ScalingDecision.Create>()).Template);
    }

    [Fact]
    public void Plan_PointerOfTheOnlyTemplateUnreadable_SaysSo() => Assert.Contains("cannot be read",
        Assert.IsType<ScalingDecision.SkipUp>(Assert.Single(Plan(UnreadablePointer(Fleet([Sample.Instance()], [], [Sample.Template()]), "metal"), Sample.Template()))).Reason, StringComparison.Ordinal);

    [Fact]
    public void Plan_LabThatCannotBeRead_OrdersNothingForIt()
    {
        var fleet = Fleet(Enumerable.Range(0, 2).Select(n => Sample.Instance($"i-{n}") with { Request = Sample.Request(memory: 100) }), [], [Sample.Template()]);
        fleet = fleet with { Instances = fleet.Instances.SetItem("i-1", fleet.Instances["i-1"] with { Unreadable = new UnreadableValue("key", 2, "It is damaged.") }) };
        Assert.Single(Plan(fleet, Sample.Template()));
    }

    [Fact]
    public void Plan_SlotEndsBeforeAWorkerCouldBeReady_SaysSo()
    {
        var lab = Later(TimeSpan.FromMinutes(-5)) with { TimeslotEnd = Sample.Now.AddMinutes(10) };
        var skip = Assert.IsType<ScalingDecision.SkipUp>(Assert.Single(Plan([lab], [], [Sample.Template()])));
        Assert.Equal("No worker would be ready before its slot ends: metal takes 18 minutes to start.", skip.Reason);
    }

    [Fact]
    public void Plan_NoTemplateFits_RefusesWithAReason()
    {
        var skip = Assert.IsType<ScalingDecision.SkipUp>(Assert.Single(Plan([Sample.Instance() with { Request = Sample.Request(memory: 999) }], [], [Sample.Template()])));
        Assert.Equal("i-1", skip.InstanceId);
        Assert.Contains("large enough", skip.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_MoreThanTheMaximumWouldTake_OrdersUpToItAndRefusesTheRest()
    {
        var labs = Enumerable.Range(0, 6).Select(n => Sample.Instance($"i-{n}") with { Request = Sample.Request(memory: 100) });

        var decisions = Plan(labs, [], [Sample.Template() with { MaxWorkers = 4 }], ("metal", 1));

        Assert.Equal(3, decisions.OfType<ScalingDecision.Create>().Count());
        Assert.Equal(3, decisions.OfType<ScalingDecision.SkipUp>().Count());
    }

    [Fact]
    public void Plan_WorkThatSharesAWorker_OrdersOne() =>
        Assert.Single(Plan(Enumerable.Range(0, 10).Select(n => Sample.Instance($"i-{n}")), [], [Sample.Template()]));

    [Theory]
    [InlineData(WorkerState.Pending)]
    [InlineData(WorkerState.Provisioning)]
    [InlineData(WorkerState.Running)]
    [InlineData(WorkerState.Stopping)]
    [InlineData(WorkerState.Stopped)]
    public void Plan_CapacityThereOrComing_OrdersNothing(WorkerState state) =>
        Assert.Empty(Plan([Sample.Instance()], [Sample.Worker(state: state)], [Sample.Template()]));

    [Theory]
    [InlineData(WorkerState.Draining)]
    [InlineData(WorkerState.Failed)]
    [InlineData(WorkerState.Terminated)]
    public void Plan_WorkerThatTakesNoWork_DoesNotCount(WorkerState state) =>
        Assert.IsType<ScalingDecision.Create>(Assert.Single(Plan([Sample.Instance()], [Sample.Worker(state: state)], [Sample.Template()])));

    [Fact]
    public void Plan_WorkerCancelledWhileItBoots_DoesNotCount() =>
        Assert.IsType<ScalingDecision.Create>(Assert.Single(Plan([Sample.Instance()], [Sample.Worker(state: WorkerState.Provisioning) with { Target = WorkerTarget.Terminated }], [Sample.Template()])));

    [Fact]
    public void Plan_ComingWorkerTooSmallForBoth_OrdersOneMore()
    {
        var labs = Enumerable.Range(0, 2).Select(n => Sample.Instance($"i-{n}") with { Request = Sample.Request(memory: 100) });
        Assert.IsType<ScalingDecision.Create>(Assert.Single(Plan(labs, [Sample.Worker(state: WorkerState.Provisioning)], [Sample.Template()])));
    }

    [Fact]
    public void Plan_StoppedWorkerThatFits_IsStartedAgainInstead() =>
        Assert.Equal("w-1", Assert.IsType<ScalingDecision.Restart>(Assert.Single(Plan([Sample.Instance()], [Stopped()], [Sample.Template()]))).WorkerId);

    [Fact]
    public void Plan_StoppedWorkerWithTooFewPorts_IsLeftStopped() =>
        Assert.IsType<ScalingDecision.Create>(Assert.Single(Plan([Sample.Instance()], [Stopped() with { PortRange = new PortRange(2000, 2001) }], [Sample.Template()])));

    [Fact]
    public void Plan_TwoWantAWorkerEachAndOneIsStopped_RestartsOneAndOrdersOne()
    {
        var labs = Enumerable.Range(0, 2).Select(n => Sample.Instance($"i-{n}") with { Request = Sample.Request(memory: 100) });
        var decisions = Plan(labs, [Stopped()], [Sample.Template()]);
        Assert.Equal(2, decisions.Length);
        Assert.IsType<ScalingDecision.Restart>(decisions[0]);
        Assert.IsType<ScalingDecision.Create>(decisions[1]);
    }

    /// <summary>Due with a start: slot - lab start (20 s and 2 s a node) - margin of 5 min - start-up of 18 min - head start of 2 min.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void Plan_SlotAhead_OrdersWhenAStartUpIsNeededAndNotASecondBefore(int secondsTooEarly, int ordered)
    {
        var lab = Later(TimeSpan.FromMinutes(5 + 18 + 2) + TimeSpan.FromSeconds(20 + (2 * 5) + secondsTooEarly));
        Assert.Equal(ordered, Plan([lab], [], [Sample.Template()]).OfType<ScalingDecision.Create>().Count());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void Plan_SlotAheadAndAWorkerStopped_RestartsWhenARestartIsNeededAndNotASecondBefore(int secondsTooEarly, int restarted)
    {
        var lab = Later(TimeSpan.FromMinutes(5 + 5 + 2) + TimeSpan.FromSeconds(20 + (2 * 5) + secondsTooEarly));
        var decisions = Plan([lab], [Stopped()], [Sample.Template()]);
        Assert.Equal(restarted, decisions.OfType<ScalingDecision.Restart>().Count());
        Assert.Empty(decisions.OfType<ScalingDecision.Create>());
    }

    [Fact]
    public void Plan_ManyThatCanNeverFit_DoNotHoldUpOneThatCan()
    {
        var hopeless = Enumerable.Range(0, Options.MaxOrdersAtOnce + 10).Select(n => Sample.Instance($"i-{n:000}") with { Request = Sample.Request(memory: 999), CreatedAt = Sample.Now.AddMinutes(-1) });
        var decisions = Plan(hopeless.Append(Sample.Instance("i-last")), [], [Sample.Template()]);
        Assert.Single(decisions.OfType<ScalingDecision.Create>());
    }

    [Fact]
    public void Plan_MoreThanOnePassMayOrder_IsCut()
    {
        var labs = Enumerable.Range(0, 120).Select(n => Sample.Instance($"i-{n:000}") with { Request = Sample.Request(memory: 100) });
        Assert.Equal(Options.MaxOrdersAtOnce, Plan(labs, [], [Sample.Template() with { MaxWorkers = 500, MinWorkers = 400 }]).Count(decision => decision is ScalingDecision.Create));
    }

    [Theory]
    [InlineData(InstanceState.Pending, InstanceTarget.Terminated)]
    [InlineData(InstanceState.Terminated, InstanceTarget.Running)]
    public void Plan_WorkThatIsOver_OrdersNothing(InstanceState state, InstanceTarget target) =>
        Assert.Empty(Plan([Sample.Instance(state: state) with { Target = target }], [], [Sample.Template()]));

    private static LabletInstance Later(TimeSpan ahead) => Sample.Instance() with
    {
        AsSoonAsPossible = false,
        TimeslotStart = Sample.Now + ahead,
        TimeslotEnd = Sample.Now + ahead + TimeSpan.FromHours(1),
    };

    private static Worker Stopped() => Sample.Worker(state: WorkerState.Stopped) with { Target = WorkerTarget.Stopped };

    private static ImmutableArray<ScalingDecision> Plan(IEnumerable<LabletInstance> pending, IEnumerable<Worker> workers, WorkerTemplate[] templates, params (string Template, int Workers)[] counts) =>
        Plan(Fleet(pending, workers, templates, counts), templates);

    private static ImmutableArray<ScalingDecision> Plan(FleetSnapshot fleet, params WorkerTemplate[] templates) => ScalingPlanner.Plan(fleet, [.. templates], Sample.Now, Times, Options);

    private static FleetSnapshot Fleet(IEnumerable<LabletInstance> pending, IEnumerable<Worker> workers, WorkerTemplate[] templates, params (string Template, int Workers)[] counts) =>
        Sample.Fleet(pending.Select(lab => (lab, (string?)null)), workers, templates.Select(template => (template, counts.FirstOrDefault(count => count.Template == template.Name).Workers)));

    private static FleetSnapshot Unreadable(FleetSnapshot fleet, string workerId) =>
        fleet with { Workers = fleet.Workers.SetItem(workerId, fleet.Workers[workerId] with { Unreadable = new UnreadableValue(StateKeys.WorkerPorts(workerId), 2, "It is damaged.") }) };

    private static FleetSnapshot UnreadablePointer(FleetSnapshot fleet, string template) =>
        fleet with { Unreadable = fleet.Unreadable.Add(StateKeys.Template(template), new UnreadableValue(StateKeys.Template(template), 2, "It is damaged.")) };
}
