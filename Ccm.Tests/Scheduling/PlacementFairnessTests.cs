using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;
using Ccm.Tests.Booking;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Scheduling;

/// <summary>Round after round of plans, with labs that come and end.</summary>
public sealed class PlacementFairnessTests
{
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);

    /// <param name="Sizes">Of the small labs that come with each round, cores.</param>
    private sealed record Rush(int Workers, int BigCores, int[][] Sizes, int[] Durations);

    private static readonly Gen<Rush> AnyRush = Gen.Select(
        Gen.Int[1, 3], Gen.Int[33, 64], Gen.Int[4, 16].Array[1, 8].Array[40], Gen.Int[1, 6].Array[8],
        (workers, big, sizes, durations) => new Rush(workers, big, sizes, durations));

    [Fact]
    public void Plan_BigLabAmongEndlessSmallOnes_IsPlacedInTheEnd() => AnyRush.Sample(rush =>
    {
        var fleet = Sample.Fleet([], Enumerable.Range(0, rush.Workers).Select(n => Sample.Worker($"w-{n}")));
        var ends = new Dictionary<string, int>();
        for (var round = 0; round < rush.Sizes.Length; round++)
        {
            if (round == 3)
                fleet = fleet.With(Lab("big", rush.BigCores, round), null);
            for (var n = 0; n < rush.Sizes[round].Length; n++)
                fleet = fleet.With(Lab($"small-{round:00}-{n}", rush.Sizes[round][n], round), null);
            fleet = fleet.Without(ends.Where(end => end.Value <= round).Select(end => end.Key));

            var placements = PlacementPlanner.Plan(fleet, Sample.Now.AddHours(1), Times).Placements;

            if (placements.Any(placement => placement.Instance.Id == "big"))
                return;
            foreach (var (n, placement) in placements.Index())
                ends[placement.Instance.Id] = round + rush.Durations[n % rush.Durations.Length];
            fleet = fleet.Apply(placements);
        }
        Assert.Fail("The big lab is starved.");
    });

    [Fact]
    public void Plan_BigLabThatFitsNoWorkerYet_LetsSmallOnesBy()
    {
        var fleet = Sample.Fleet([(Running("r-0", 60), "w-0"), (Running("r-1", 10), "w-1"), (Lab("big", 60, 0), null), (Lab("small", 4, 1), null)], [Sample.Worker("w-0"), Sample.Worker("w-1")]);

        var placement = Assert.Single(PlacementPlanner.Plan(fleet, Sample.Now.AddHours(1), Times).Placements);

        Assert.Equal(("small", "w-0"), (placement.Instance.Id, placement.Worker.Id));
    }

    [Fact]
    public void Plan_BigLabWhoseWorkerIsComing_KeepsNobodyWaiting()
    {
        var fleet = Sample.Fleet([(Running("r-0", 10), "w-0"), (Lab("big", 60, 0), null), (Lab("small", 4, 1), null)], [Sample.Worker("w-0"), Sample.Worker("w-1", WorkerState.Provisioning)]);

        Assert.Equal("small", Assert.Single(PlacementPlanner.Plan(fleet, Sample.Now.AddHours(1), Times).Placements).Instance.Id);
    }

    /// <summary>Its boot may fail for ever: the lab would be starved by those that are let by meanwhile.</summary>
    [Fact]
    public void Plan_BigLabWhoseWorkerFailedToBootAndIsTriedAgain_KeepsTheNearest()
    {
        var fleet = Sample.Fleet([(Running("r-0", 10), "w-0"), (Lab("big", 60, 0), null), (Lab("small", 4, 1), null)], [Sample.Worker("w-0"), Sample.TriedAgain("w-1")]);

        var plan = PlacementPlanner.Plan(fleet, Sample.Now.AddHours(1), Times);

        Assert.Equal(new KeptWorker("w-0", "big"), plan.Kept);
        Assert.Empty(plan.Placements);
    }

    /// <summary>Small labs come all the time, and what was ordered when the one worker was full never boots.</summary>
    [Fact]
    public void Plan_WorkerThatNeverBoots_BigLabIsPlacedInTheEnd()
    {
        var fleet = new FleetInTime(Times, Sample.Template() with { MaxWorkers = 2 });
        fleet.NeverBoot.Add("w-001");
        for (var n = 0; n < 100; n++)
        {
            if (n == 20)
                fleet.Add(Arriving("big", 128));
            fleet.Add(Arriving($"small-{n:D3}", 32));
            fleet.RunUntil(fleet.Now.AddMinutes(10));
        }

        Assert.Contains("big", fleet.Ran);

        LabletInstance Arriving(string id, int memory) => Sample.Instance(id) with { Request = Sample.Request(memory: memory), CreatedAt = fleet.Now };
    }

    [Fact]
    public void Plan_BigLabTooBigForEveryWorker_KeepsNobodyWaiting()
    {
        var fleet = Sample.Fleet([(Lab("big", 65, 0), null), (Lab("small", 4, 1), null)], [Sample.Worker("w-0")]);

        Assert.Equal("small", Assert.Single(PlacementPlanner.Plan(fleet, Sample.Now.AddHours(1), Times).Placements).Instance.Id);
    }

    /// <summary>Both would be a tenth full: the one in use already is taken, so that fewer workers are.</summary>
    [Fact]
    public void Plan_EquallyTight_TakesTheWorkerInUse()
    {
        var empty = Sample.Worker("w-0") with { Declared = new Capacity(10, 10, 10, 10) };
        var used = Sample.Worker("w-1") with { Declared = new Capacity(20, 20, 20, 20) };
        var request = Sample.Request(1, 1, 1, 1, 1);
        var fleet = Sample.Fleet([(Running("r-0", 1) with { Request = request }, "w-1"), (Lab("new", 1, 0) with { Request = request }, null)], [empty, used]);

        Assert.Equal("w-1", Assert.Single(PlacementPlanner.Plan(fleet, Sample.Now.AddHours(1), Times).Placements).Worker.Id);
    }

    [Fact]
    public void Plan_EquallyTightAndEmpty_TakesTheLowestId()
    {
        var fleet = Sample.Fleet([(Lab("new", 1, 0), null)], [Sample.Worker("w-2"), Sample.Worker("w-1"), Sample.Worker("w-10")]);

        Assert.Equal("w-1", Assert.Single(PlacementPlanner.Plan(fleet, Sample.Now.AddHours(1), Times).Placements).Worker.Id);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 1)]
    public void Plan_AtItsDueTime_NotASecondBefore(int seconds, int placed)
    {
        var start = Sample.Now.AddDays(7);
        var lab = Lab("later", 1, 0) with { AsSoonAsPossible = false, TimeslotStart = start, TimeslotEnd = start.AddHours(1) };
        var due = start - TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(20 + (2 * lab.Request.Nodes));
        var fleet = Sample.Fleet([(lab, null)], [Sample.Worker()]);

        var plan = PlacementPlanner.Plan(fleet, due.AddSeconds(seconds), Times);

        Assert.Equal(placed, plan.Placements.Length);
        Assert.Equal(placed == 1 ? null : due, plan.NextDue);
    }

    private static LabletInstance Lab(string id, int cores, int minute) => Sample.Instance(id) with
    {
        Request = Sample.Request(cpu: cores, memory: 1, storage: 0, licensedNodes: 0, ports: 1),
        CreatedAt = Sample.Now.AddMinutes(minute),
    };

    private static LabletInstance Running(string id, int cores) => Lab(id, cores, 0) with { State = InstanceState.Running };
}
