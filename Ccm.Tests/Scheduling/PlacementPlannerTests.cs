using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Scheduling;

/// <summary>What must hold of every plan, checked without the planner's own means.</summary>
public sealed class PlacementPlannerTests
{
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);

    [Fact]
    public void Plan_AnyFleet_NeverOverCommits() => AnyFleet.Generator.Sample(fleet =>
    {
        foreach (var onWorker in Plan(fleet).Placements.GroupBy(placement => placement.Worker.Id))
        {
            var worker = fleet.Workers[onWorker.Key];
            var demand = onWorker.Aggregate(Capacity.None, (sum, placement) => sum + placement.Instance.Value.Demand);
            Assert.True((worker.Available - demand).IsWithin(worker.Value.Declared), $"{onWorker.Key}: {demand} of {worker.Available}");
        }
    });

    [Fact]
    public void Plan_AnyFleet_GivesEachNameAFreePortOfItsOwn() => AnyFleet.Generator.Sample(fleet =>
    {
        var given = new HashSet<(string, int)>();
        foreach (var placement in Plan(fleet).Placements)
        {
            Assert.Equal(placement.Instance.Value.Request.PortNames.Order(StringComparer.Ordinal), placement.Ports.Keys.Order(StringComparer.Ordinal));
            var worker = fleet.Workers[placement.Worker.Id];
            Assert.All(placement.Ports.Values, port =>
            {
                Assert.InRange(port, worker.Value.PortRange.Start, worker.Value.PortRange.End);
                Assert.False(worker.Ports.Value.IsAllocated(port));
                Assert.True(given.Add((worker.Id, port)), $"port {port} of {worker.Id} is given twice");
            });
        }
    });

    [Fact]
    public void Plan_AnyFleet_PlacesOnlyWhatIsDueWhereItMayRun() => AnyFleet.Generator.Sample(fleet =>
    {
        var plan = Plan(fleet);
        Assert.Equal(plan.Placements.Length, plan.Placements.Select(placement => placement.Instance.Id).Distinct().Count());
        foreach (var placement in plan.Placements)
        {
            var (instance, worker) = (placement.Instance.Value, placement.Worker.Value);
            Assert.True(instance is { State: InstanceState.Pending, Target: InstanceTarget.Running });
            Assert.True(DueAt(instance) <= Sample.Now);
            Assert.True(worker is { State: WorkerState.Running, UnreachableSince: null, LostSince: null });
            Assert.True(MayRunOn(instance.Request, worker));
            Assert.Same(fleet.Workers[worker.Id], placement.Worker);
            Assert.Same(fleet.Instances[instance.Id], placement.Instance);
        }
    });

    [Fact]
    public void Plan_AnyFleet_ServesInOrderOfDueTimeThenCreation() => AnyFleet.Generator.Sample(fleet =>
    {
        var served = Plan(fleet).Placements.Select(placement => placement.Instance.Value).ToList();
        Assert.Equal(served.OrderBy(DueAt).ThenBy(i => i.CreatedAt).ThenBy(i => i.Id, StringComparer.Ordinal).Select(i => i.Id), served.Select(i => i.Id));
    });

    [Fact]
    public void Plan_AnyFleet_NamesTheNextDueTime() => AnyFleet.Generator.Sample(fleet =>
    {
        var later = fleet.Instances.Values.Select(entry => entry.Value).Where(i => i is { State: InstanceState.Pending, Target: InstanceTarget.Running } && DueAt(i) > Sample.Now).ToList();
        Assert.Equal(later.Count == 0 ? null : later.Min(DueAt), Plan(fleet).NextDue);
    });

    [Fact]
    public void Plan_SameFleetInAnotherOrder_IsTheSamePlan() => Gen.Select(AnyFleet.Generator, Gen.Int).Sample((fleet, salt) =>
        Assert.Equal(Describe(Plan(fleet)), Describe(Plan(fleet.Shuffled(salt)))));

    /// <summary>Who is left waiting fits nowhere any more, but on the one worker that is kept for the first of them.</summary>
    [Fact]
    public void Plan_AnyFleet_LeavesNobodyWhoFits() => AnyFleet.Generator.Sample(fleet =>
    {
        var plan = Plan(fleet);
        Assert.False(plan.More);
        var after = fleet.Apply(plan.Placements);
        var waiting = DueOf(after);
        var open = waiting.SelectMany(i => after.Workers.Values.Where(worker => Fits(i, worker)).Select(worker => (Instance: i, Worker: worker))).ToList();
        if (open.Count == 0)
            return;
        var kept = Assert.Single(open.Select(pair => pair.Worker.Id).Distinct());
        var keptFor = waiting.First(i => after.Workers.Values.Any(worker => CouldFit(i, worker)));
        Assert.True(CouldFit(keptFor, after.Workers[kept]) && !Fits(keptFor, after.Workers[kept]));
    });

    [Fact]
    public void Plan_AnyFleet_PacksTightestThenOccupiedThenLowestId() => AnyFleet.Generator.Sample(fleet =>
    {
        var plan = Plan(fleet);
        var now = fleet;
        var passedOver = new HashSet<string>();
        foreach (var placement in plan.Placements)
        {
            var instance = placement.Instance.Value;
            var ranked = now.Workers.Values.Where(worker => Fits(instance, worker))
                .OrderByDescending(worker => Math.Round(Utilisation(worker, instance), 9)).ThenBy(worker => worker.IsEmpty).ThenBy(worker => worker.Id, StringComparer.Ordinal).ToList();
            passedOver.UnionWith(ranked.TakeWhile(worker => worker.Id != placement.Worker.Id).Select(worker => worker.Id));
            now = now.Apply([placement]);
        }
        Assert.True(passedOver.Count <= 1, $"Only the kept worker may be passed over: {string.Join(", ", passedOver)}");
    });

    [Fact]
    public void Plan_MoreThanOneTransactionTakes_IsCutAndGoneOnWith()
    {
        var fleet = Sample.Fleet(
            Enumerable.Range(0, 300).Select(n => (Sample.Instance($"i-{n:000}") with { Request = Sample.Request(cpu: 1, memory: 20, storage: 0, licensedNodes: 1, ports: 2) }, (string?)null)),
            Enumerable.Range(0, 60).Select(n => Sample.Worker($"w-{n:00}")));
        var plans = 0;
        for (var plan = Plan(fleet); !plan.Placements.IsEmpty; plan = Plan(fleet))
        {
            var (instances, workers) = (plan.Placements.Length, plan.Placements.Select(placement => placement.Worker.Id).Distinct().Count());
            Assert.InRange(1 + (2 * instances) + (2 * workers), 1, StateLimits.Operations);
            Assert.InRange(2 + instances + (3 * workers), 1, StateLimits.Guards);
            Assert.Equal(DueOf(fleet).Count > instances, plan.More);
            fleet = fleet.Apply(plan.Placements);
            plans++;
        }
        Assert.Empty(DueOf(fleet));
        Assert.InRange(plans, 5, 8);
    }

    [Fact]
    public void Plan_SeveralBatches_ShareNoWorkerAndTheFirstIsAsAlone() => Gen.Select(Gen.Int[1, 9].Array[50, 250], Gen.Int[20, 200].Array[1, 12]).Sample((labs, workers) =>
    {
        var fleet = Sample.Fleet(
            labs.Select((size, n) => (Sample.Instance($"i-{n:000}") with { Request = Sample.Request(cpu: 1, memory: size, storage: 0, licensedNodes: 1, ports: 1) }, (string?)null)),
            workers.Select((memory, n) => Sample.Worker($"w-{n:00}") with { Declared = new Capacity(500, memory, 100, 500) }));
        var alone = Plan(fleet);
        var plan = PlacementPlanner.Plan(fleet, Sample.Now, Times, most: 4);

        Assert.InRange(plan.Batches.Length, alone.Batches.Length, 4);
        Assert.Equal(Describe(alone with { More = false }), Describe(new PlacementPlan([.. plan.Batches.Take(1)], plan.NextDue, false)));
        var filled = plan.Batches.Select(batch => batch.Select(placement => placement.Worker.Id).ToHashSet()).ToList();
        Assert.Equal(filled.Sum(ids => ids.Count), filled.SelectMany(ids => ids).Distinct().Count());
        Assert.All(plan.Batches.Zip(filled), pair => Assert.InRange(1 + (2 * pair.First.Length) + (2 * pair.Second.Count), 1, StateLimits.Operations));
        fleet.Apply(plan.Placements);
    });

    [Fact]
    public void Plan_SeveralBatches_AllArePlacedInFewerPlans()
    {
        var fleet = Sample.Fleet(
            Enumerable.Range(0, 300).Select(n => (Sample.Instance($"i-{n:000}") with { Request = Sample.Request(cpu: 1, memory: 20, storage: 0, licensedNodes: 1, ports: 2) }, (string?)null)),
            Enumerable.Range(0, 60).Select(n => Sample.Worker($"w-{n:00}")));

        var plan = PlacementPlanner.Plan(fleet, Sample.Now, Times, most: 8);

        Assert.Equal(300, plan.Placements.Length);
        Assert.False(plan.More);
        Assert.Empty(DueOf(fleet.Apply(plan.Placements)));
    }

    /// <summary>One that finds no room while others are being filled ends the plan: what frees up or fills must not be decided behind its back.</summary>
    [Fact]
    public void Plan_SeveralBatches_BigOneMetLater_IsNotPassedBy()
    {
        var instances = Enumerable.Range(0, 200).Select(n => (Sample.Instance($"i-{n:000}") with
        {
            Request = n == 70 ? Sample.Request(cpu: 1, memory: 120, licensedNodes: 1, ports: 1) : Sample.Request(cpu: 1, memory: 2, storage: 0, licensedNodes: 1, ports: 1),
        }, (string?)null));
        var fleet = Sample.Fleet(instances, [Sample.Worker("w-1"), Sample.Worker("w-2")]);

        var plan = PlacementPlanner.Plan(fleet, Sample.Now, Times, most: 8);

        Assert.True(plan.More);
        Assert.All(plan.Placements, placement => Assert.True(string.CompareOrdinal(placement.Instance.Id, "i-070") < 0));
    }

    [Fact]
    public void Plan_LabWithThousandsOfPorts_HoldsNobodyUp()
    {
        var fleet = Sample.Fleet([(Sample.Instance("i-1") with { Request = Sample.Request(ports: 6_000) }, null), (Sample.Instance("i-2"), null)], [Sample.Worker()]);
        var first = Plan(fleet);
        Assert.Equal(["i-1"], first.Placements.Select(placement => placement.Instance.Id));
        Assert.True(first.More);
        Assert.Equal(["i-2"], Plan(fleet.Apply(first.Placements)).Placements.Select(placement => placement.Instance.Id));
    }

    private static PlacementPlan Plan(FleetSnapshot fleet) => PlacementPlanner.Plan(fleet, Sample.Now, Times);

    private static string Describe(PlacementPlan plan) => string.Join('\n', plan.Placements.Select(placement =>
        $"{placement.Instance.Id} {placement.Worker.Id} {string.Join(',', placement.Ports)} {placement.Reason}").Append($"{plan.NextDue:O} {plan.More}"));

    private static List<LabletInstance> DueOf(FleetSnapshot fleet) => [.. fleet.Instances.Values.Select(entry => entry.Value)
        .Where(i => i is { State: InstanceState.Pending, Target: InstanceTarget.Running } && DueAt(i) <= Sample.Now).OrderBy(DueAt).ThenBy(i => i.CreatedAt).ThenBy(i => i.Id, StringComparer.Ordinal)];

    private static DateTimeOffset DueAt(LabletInstance instance) => instance.AsSoonAsPossible ? instance.CreatedAt
        : instance.TimeslotStart!.Value - TimeSpan.FromSeconds(20 + (2 * instance.Request.Nodes)) - TimeSpan.FromMinutes(5);

    private static bool Fits(LabletInstance instance, WorkerEntry worker) => worker.Value.TakesWork && MayRunOn(instance.Request, worker.Value)
        && (worker.Available - instance.Demand).IsWithin(worker.Value.Declared) && instance.Request.PortNames.Length <= worker.Ports.Value.FreeCount;

    private static bool CouldFit(LabletInstance instance, WorkerEntry worker) => worker.Value.TakesWork && MayRunOn(instance.Request, worker.Value)
        && (worker.Value.Declared - instance.Demand).IsWithin(worker.Value.Declared) && instance.Request.PortNames.Length <= worker.Value.PortRange.Count;

    private static bool MayRunOn(LabRequest request, Worker worker) => (request.LicenseAffinity.IsEmpty || request.LicenseAffinity.Contains(worker.LicenseType))
        && ((request.CmlVersionRange, worker.CmlVersion) is ("", _) or (">=2.8.0", "2.8.1") or ("^2.7.0 <2.8.0", "2.7.3"))
        && (request.Region.Length == 0 || request.Region == worker.Region);

    private static double Utilisation(WorkerEntry worker, LabletInstance instance)
    {
        var (all, left) = (worker.Value.Declared, worker.Available - instance.Demand);
        return new[] { (left.CpuCores, all.CpuCores), (left.MemoryGb, all.MemoryGb), (left.StorageGb, all.StorageGb), (left.Nodes, all.Nodes) }
            .Average(part => part.Item2 == 0 ? 1 : 1 - ((double)part.Item1 / part.Item2));
    }
}
