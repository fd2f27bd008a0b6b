using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Scaling;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using Ccm.Tests.Scheduling;
using CsCheck;

namespace Ccm.Tests.Scaling;

public sealed class ScalingDownTests
{
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);
    private static readonly ScalingOptions Options = new();
    private static readonly DateTimeOffset Idle = Sample.Now + Options.IdleCooldown;

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 1)]
    public void Plan_IdleWorker_IsStoppedAfterItsCooldownAndNotASecondBefore(int seconds, int stopped)
    {
        var decisions = Plan(Sample.Fleet([], [Sample.Worker()]), Idle.AddSeconds(seconds), Sample.Template());
        Assert.Equal(stopped, decisions.Length);
        Assert.All(decisions, decision => Assert.Equal("w-1", Assert.IsType<ScalingDecision.Stop>(decision).WorkerId));
    }

    [Fact]
    public void Plan_WorkerThatGaveSomethingBackLately_CoolsDownFromThen()
    {
        var fleet = Sample.Fleet([], [Sample.Worker()]);
        var worker = fleet.Workers["w-1"];
        fleet = fleet with { Workers = fleet.Workers.SetItem("w-1", worker with { Capacity = new(worker.Capacity.Value with { ChangedAt = Sample.Now.AddMinutes(10) }, 2) }) };
        Assert.Empty(Plan(fleet, Idle, Sample.Template()));
        Assert.Single(Plan(fleet, Idle.AddMinutes(10), Sample.Template()));
    }

    [Fact]
    public void Plan_IdleWorkerThatIsLost_IsLeftToEndAsLost() =>
        Assert.Equal("w-2", Assert.IsType<ScalingDecision.Stop>(Assert.Single(Plan(
            Sample.Fleet([], [Sample.Worker("w-1") with { LostSince = Sample.Now }, Sample.Worker("w-2")]), Idle, Sample.Template()))).WorkerId);

    [Fact]
    public void Plan_WorkerInUse_IsLeftAlone() =>
        Assert.Empty(Plan(Sample.Fleet([(Sample.Instance(state: InstanceState.Running), "w-1")], [Sample.Worker()]), Idle, Sample.Template()));

    [Fact]
    public void Plan_IdleDownToTheMinimum_StopsTheDearestAndSaysWhyTheRestStay()
    {
        var workers = Enumerable.Range(0, 3).Select(n => Sample.Worker($"w-{n}") with { CostPerHour = n });
        var decisions = Plan(Sample.Fleet([], workers), Idle, Sample.Template() with { MinWorkers = 2 });
        Assert.Equal("w-2", Assert.Single(decisions.OfType<ScalingDecision.Stop>()).WorkerId);
        var kept = decisions.OfType<ScalingDecision.SkipDown>().ToList();
        Assert.Equal(["w-1", "w-0"], kept.Select(skip => skip.WorkerId));
        Assert.All(kept, skip => Assert.Contains("at least 2", skip.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_WorkDueSoon_KeepsTheWorkerAndNamesIt()
    {
        var start = Idle.AddMinutes(15 + 5 + 18);
        var lab = Sample.Instance("i-soon") with { AsSoonAsPossible = false, TimeslotStart = start, TimeslotEnd = start.AddHours(1) };
        var skip = Assert.IsType<ScalingDecision.SkipDown>(Assert.Single(Plan(Sample.Fleet([(lab, null)], [Sample.Worker()]), Idle, Sample.Template())));
        Assert.Contains("i-soon", skip.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_WorkDueMuchLater_DoesNotKeepTheWorker()
    {
        var lab = Sample.Instance() with { AsSoonAsPossible = false, TimeslotStart = Idle.AddHours(2), TimeslotEnd = Idle.AddHours(3) };
        Assert.IsType<ScalingDecision.Stop>(Assert.Single(Plan(Sample.Fleet([(lab, null)], [Sample.Worker()]), Idle, Sample.Template())));
    }

    [Theory]
    [InlineData(LicenseType.Personal, 8, 4)]
    [InlineData(LicenseType.Enterprise, 999, 4)]
    [InlineData(LicenseType.Enterprise, 8, 9_000)]
    public void Plan_WorkDueSoonThatTheWorkerCouldNeverTake_DoesNotKeepIt(LicenseType license, int memory, int ports)
    {
        var lab = Sample.Instance() with { Request = Sample.Request(memory: memory, ports: ports) with { LicenseAffinity = [license] } };
        Assert.Single(Plan(Sample.Fleet([(lab, null)], [Sample.Worker()]), Idle, Sample.Template()).OfType<ScalingDecision.Stop>());
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 1)]
    public void Plan_StoppedWorker_IsTerminatedAfterItsLimitAndNotASecondBefore(int seconds, int terminated)
    {
        var worker = Sample.Worker(state: WorkerState.Stopped) with { Target = WorkerTarget.Stopped };
        var decisions = Plan(Sample.Fleet([], [worker]), Sample.Now + Options.StoppedLimit + TimeSpan.FromSeconds(seconds), Sample.Template());
        Assert.Equal(terminated, decisions.OfType<ScalingDecision.Terminate>().Count());
        Assert.Equal(terminated, decisions.Length);
    }

    [Fact]
    public void Plan_BelowTheMinimum_OrdersUpToIt()
    {
        var fleet = Sample.Fleet([], [Sample.Worker()], [(Sample.Template(), 1)]);
        Assert.Equal(2, Plan(fleet, Sample.Now, Sample.Template() with { MinWorkers = 3 }).Count(decision => decision is ScalingDecision.Create));
        Assert.Single(Plan(fleet, Sample.Now, Sample.Template() with { MinWorkers = 3, MaxWorkers = 2 }), decision => decision is ScalingDecision.Create);
        Assert.Empty(Plan(fleet, Sample.Now, Sample.Template() with { MinWorkers = 3, Enabled = false }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void Plan_BelowTheMinimumAndOneIsStopped_StartsItAgain(int most)
    {
        var fleet = Sample.Fleet([], [Sample.Worker(state: WorkerState.Stopped) with { Target = WorkerTarget.Stopped }], [(Sample.Template(), 1)]);
        Assert.Equal("w-1", Assert.IsType<ScalingDecision.Restart>(Assert.Single(Plan(fleet, Sample.Now, Sample.Template() with { MinWorkers = 1, MaxWorkers = most }))).WorkerId);
    }

    /// <summary>One that is stopped for long would else be given back, and another one paid for.</summary>
    [Fact]
    public void Plan_BelowTheMinimumAndSomeAreStoppedForLong_StartsThoseAgainAndOrdersTheRest()
    {
        var stopped = Enumerable.Range(1, 2).Select(n => Sample.Worker($"w-{n}", WorkerState.Stopped) with { Target = WorkerTarget.Stopped });
        var decisions = Plan(Sample.Fleet([], stopped, [(Sample.Template(), 2)]), Sample.Now + Options.StoppedLimit, Sample.Template() with { MinWorkers = 3 });
        Assert.Equal(["w-1", "w-2"], decisions.OfType<ScalingDecision.Restart>().Select(restart => restart.WorkerId));
        Assert.Single(decisions.OfType<ScalingDecision.Create>());
        Assert.Equal(3, decisions.Length);
    }

    [Fact]
    public void Plan_BelowTheMinimumAtTheMaximum_SaysSo()
    {
        var fleet = Sample.Fleet([], [Sample.Worker(state: WorkerState.Failed)], [(Sample.Template(), 1)]);
        var skip = Assert.IsType<ScalingDecision.SkipMinimum>(Assert.Single(Plan(fleet, Sample.Now, Sample.Template() with { MinWorkers = 1, MaxWorkers = 1 })));
        Assert.Equal(("metal", "0 of at least 1 worker run or are coming, and no more can be ordered: its maximum of 1 is reached."), (skip.Template, skip.Reason));
    }

    [Fact]
    public void Plan_WorkersBeingStartedAgain_CountForTheMinimum()
    {
        var fleet = Sample.Fleet([], [Sample.Worker(state: WorkerState.Stopped)], [(Sample.Template(), 1)]);
        Assert.Empty(Plan(fleet, Sample.Now, Sample.Template() with { MinWorkers = 1 }));
    }

    /// <summary>A worker that works is drained and stopped first; only one that is stopped is terminated.</summary>
    [Fact]
    public void Plan_AnyFleet_StopsOnlyIdleWorkersAndTerminatesOnlyStoppedOnes() => Gen.Select(AnyFleet.Generator, Gen.Int[0, 600], Gen.Int[0, 3]).Sample((fleet, minutes, least) =>
    {
        var template = Sample.Template() with { MinWorkers = least };
        fleet = fleet with { Templates = fleet.Templates.SetItem("metal", new(new TemplatePointer(1, [1], fleet.Workers.Count, false), 1)) };
        var decisions = Plan(fleet, Sample.Now.AddMinutes(minutes), template);
        foreach (var decision in decisions)
        {
            Assert.NotEmpty(decision.Reason);
            if (decision is ScalingDecision.Stop stop)
                Assert.True(fleet.Workers[stop.WorkerId] is { IsEmpty: true, Value.State: WorkerState.Running, Value.LostSince: null });
            if (decision is ScalingDecision.Terminate terminate)
                Assert.Equal(WorkerState.Stopped, fleet.Workers[terminate.WorkerId].Value.State);
            if (decision is ScalingDecision.SkipUp skip)
                Assert.Equal(InstanceState.Pending, fleet.Instances[skip.InstanceId].Value.State);
        }
        Assert.True(fleet.Workers.Count + decisions.Count(decision => decision is ScalingDecision.Create) <= Math.Max(template.MaxWorkers, fleet.Workers.Count));
        if (decisions.Any(decision => decision is ScalingDecision.Create or ScalingDecision.Restart))
            Assert.DoesNotContain(decisions, decision => decision is ScalingDecision.Stop or ScalingDecision.Terminate);
        else
        {
            var before = fleet.Workers.Values.Count(worker => worker.Value is { State: WorkerState.Running, LostSince: null } || worker.Value.IsComing);
            Assert.True(before - decisions.Count(decision => decision is ScalingDecision.Stop) >= Math.Min(least, before));
        }
    });

    [Fact]
    public void Plan_AnyFleetInAnotherOrder_DecidesTheSame() => Gen.Select(AnyFleet.Generator, Gen.Int[0, 600], Gen.Int).Sample((fleet, minutes, salt) =>
    {
        fleet = fleet with { Templates = fleet.Templates.SetItem("metal", new(new TemplatePointer(1, [1], fleet.Workers.Count, false), 1)) };
        Assert.Equal(Plan(fleet, Sample.Now.AddMinutes(minutes), Sample.Template()), Plan(fleet.Shuffled(salt), Sample.Now.AddMinutes(minutes), Sample.Template()));
    });

    private static ImmutableArray<ScalingDecision> Plan(FleetSnapshot fleet, DateTimeOffset now, WorkerTemplate template) => ScalingPlanner.Plan(fleet, [template], now, Times, Options);
}
