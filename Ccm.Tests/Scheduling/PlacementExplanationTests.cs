using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Scheduling;

/// <summary>What is told of a decision is what was decided.</summary>
public sealed class PlacementExplanationTests
{
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);

    [Fact]
    public void Explain_LabThatIsPlaced_ItsWorkerFits() => AnyFleet.Generator.Sample(fleet =>
    {
        foreach (var placement in Plan(fleet).Placements)
        {
            var verdict = Explain(fleet, placement.Instance.Id).Workers.Single(worker => worker.WorkerId == placement.Worker.Id);
            Assert.True(verdict.Fits);
            Assert.Empty(verdict.Reasons);
        }
    });

    [Fact]
    public void Explain_LabThatIsNot_HasReasonsOnEachWorkerAndWhatWouldFit() => AnyFleet.Generator.Sample(fleet =>
    {
        var after = fleet.Apply(Plan(fleet).Placements);
        foreach (var entry in after.In(InstanceState.Pending).Where(entry => entry.Value.Target == InstanceTarget.Running && Times.Due(entry.Value) <= Sample.Now))
        {
            var explanation = Explain(after, entry.Id);
            Assert.Equal(after.Workers.Values.Where(worker => worker.Value.State != WorkerState.Terminated).Select(worker => worker.Id).Order(StringComparer.Ordinal), explanation.Workers.Select(worker => worker.WorkerId));
            Assert.All(explanation.Workers, verdict =>
            {
                Assert.False(verdict.Fits, $"{entry.Id} on {verdict.WorkerId}");
                Assert.NotEmpty(verdict.Reasons);
                Assert.All(verdict.Reasons, reason => Assert.NotEmpty(reason.Text));
                Assert.Equal(entry.Value.Demand, verdict.Demand);
                Assert.Equal(after.Workers[verdict.WorkerId].Available, verdict.Available);
            });
            Assert.Equal(explanation.Awaited is { Late: false }, explanation.WouldFit.IsEmpty);
            Assert.StartsWith("It waits", explanation.Summary, StringComparison.Ordinal);
        }
    });

    [Fact]
    public void Explain_AnyLab_IsTheSameInAnotherOrder() => Gen.Select(AnyFleet.Generator, Gen.Int).Sample((fleet, salt) =>
    {
        foreach (var id in fleet.Instances.Keys)
            Assert.Equal(Describe(Explain(fleet, id)), Describe(Explain(fleet.Shuffled(salt), id)));
    });

    [Theory]
    [InlineData(ReasonCode.WorkerNotRunning, "STOPPED")]
    [InlineData(ReasonCode.WorkerDraining, "drained")]
    [InlineData(ReasonCode.LicenseMismatch, "PERSONAL")]
    [InlineData(ReasonCode.CmlVersion, "2.7.3")]
    [InlineData(ReasonCode.Region, "It is in region local, the lab must be in east.")]
    [InlineData(ReasonCode.InsufficientCpu, "It has 3 cores, 4 needed.")]
    [InlineData(ReasonCode.InsufficientMemory, "It has 7 GB of memory, 8 needed.")]
    [InlineData(ReasonCode.InsufficientStorage, "It has 3 GB of storage, 4 needed.")]
    [InlineData(ReasonCode.NodeLimit, "It has 3 licensed nodes, 4 needed.")]
    [InlineData(ReasonCode.PortsExhausted, "It has 3 ports, 4 needed.")]
    public void Explain_OneThingMissing_IsThatReasonWithItsNumbers(ReasonCode code, string text)
    {
        var worker = Sample.Worker();
        worker = code switch
        {
            ReasonCode.WorkerNotRunning => worker with { State = WorkerState.Stopped },
            ReasonCode.WorkerDraining => worker with { State = WorkerState.Draining },
            ReasonCode.LicenseMismatch => worker with { LicenseType = LicenseType.Personal },
            ReasonCode.CmlVersion => worker with { CmlVersion = "2.7.3" },
            ReasonCode.Region => worker,
            ReasonCode.InsufficientCpu => worker with { Declared = worker.Declared with { CpuCores = 3 } },
            ReasonCode.InsufficientMemory => worker with { Declared = worker.Declared with { MemoryGb = 7 } },
            ReasonCode.InsufficientStorage => worker with { Declared = worker.Declared with { StorageGb = 3 } },
            ReasonCode.NodeLimit => worker with { Declared = worker.Declared with { Nodes = 3 } },
            _ => worker with { PortRange = new PortRange(2000, 2002) },
        };
        var lab = Sample.Instance() with { Request = Sample.Request() with { LicenseAffinity = [LicenseType.Enterprise], CmlVersionRange = ">=2.8.0", Region = code == ReasonCode.Region ? "east" : "local" } };

        var reason = Assert.Single(Assert.Single(Explain(Sample.Fleet([(lab, null)], [worker]), lab.Id).Workers).Reasons);

        Assert.Equal(code, reason.Code);
        Assert.Contains(text, reason.Text, StringComparison.Ordinal);
    }

    /// <summary>By the planner's own word: once that worker runs the lab has a place, and before that it has none.</summary>
    [Fact]
    public void Explain_WorkersAreComing_AwaitsTheOneThatMakesThePlannerPlaceIt() => AnyFleet.Generator.Sample(fleet =>
    {
        var after = fleet.Apply(Plan(fleet).Placements);
        foreach (var (lab, awaited) in after.Waiting.Select(entry => (entry, Explain(after, entry.Id).Awaited)).Where(told => told.Awaited is not null))
        {
            var worker = after.Workers[awaited!.WorkerId];
            Assert.Equal((Times.ReadyAt(worker.Value, Sample.Now), awaited.Expected <= Sample.Now), (awaited.Expected, awaited.Late));
            Assert.True(PlacementExplainer.Verdict(lab.Value, Runs(worker)).Fits);
            Assert.Contains(lab.Id, Placed(after, awaited, itself: true));
            Assert.DoesNotContain(lab.Id, Placed(after, awaited, itself: false));
        }
    });

    /// <summary>Two on each of sixty, in the order in which they come; what is left over awaits none.</summary>
    [Theory]
    [InlineData(0, "w-00")]
    [InlineData(1, "w-00")]
    [InlineData(2, "w-01")]
    [InlineData(57, "w-28")]
    [InlineData(119, "w-59")]
    [InlineData(120, null)]
    [InlineData(299, null)]
    public void Explain_ManyWorkersAreComing_AwaitsTheOneWhoseTurnItIs(int lab, string? awaited)
    {
        var labs = Enumerable.Range(0, 300).Select(n => Sample.Instance($"i-{n:000}") with { Request = Sample.Request(memory: 60), CreatedAt = Sample.Now.AddMinutes(n - 400) });
        var workers = Enumerable.Range(0, 60).Select(n => Sample.Worker($"w-{n:00}", WorkerState.Provisioning)).Select((worker, n) => worker with { LastTransition = worker.LastTransition with { At = Sample.Now.AddSeconds(n) } });
        var fleet = Sample.Fleet(labs.Select(one => (one, (string?)null)), workers);

        var told = Explain(fleet, $"i-{lab:000}").Awaited;

        Assert.Equal(awaited, told?.WorkerId);
        Assert.Equal(awaited is null ? null : Sample.Now.AddMinutes(18).AddSeconds(lab / 2), told?.Expected);
    }

    [Fact]
    public void Explain_AWorkerIsComing_IsForTheFirstAndTheOthersAreAdvised()
    {
        var labs = Enumerable.Range(1, 3).Select(n => Sample.Instance($"i-{n}") with { Request = Sample.Request(memory: 60), CreatedAt = Sample.Now.AddMinutes(n) });
        var fleet = Sample.Fleet(labs.Select(lab => (lab, (string?)null)), [Sample.Worker("w-1", WorkerState.Provisioning), Sample.Worker("w-2", WorkerState.Failed)]);

        var told = fleet.Instances.Keys.Order(StringComparer.Ordinal).Select(id => Explain(fleet, id)).ToList();

        Assert.All(told.Take(2), explanation =>
        {
            Assert.Equal(new AwaitedWorker("w-1", Sample.Now.AddMinutes(18), Late: false), explanation.Awaited);
            Assert.Equal("It waits for a worker that is coming: expected at 2026-03-01 12:18:00Z. Until then the one other worker cannot take it. It takes no work now.", explanation.Summary);
            Assert.Empty(explanation.WouldFit);
        });
        Assert.Null(told[2].Awaited);
        Assert.Equal("It waits: none of 2 workers can take it: 2 take no work now. A worker is coming, for labs that are served before it.", told[2].Summary);
        Assert.Contains("One more worker of template metal", Assert.Single(told[2].WouldFit).Text, StringComparison.Ordinal);
    }

    /// <summary>The sooner of two; one that is late is not counted on while another is in time.</summary>
    [Theory]
    [InlineData(2, "w-2", 16)]
    [InlineData(60, "w-1", 18)]
    public void Explain_TwoWorkersAreComing_AwaitsTheSooner(int minutes, string awaited, int expected)
    {
        var sooner = Sample.Worker("w-2", WorkerState.Provisioning);
        var fleet = Sample.Fleet([(Sample.Instance(), null)],
            [Sample.Worker("w-1", WorkerState.Pending), sooner with { LastTransition = sooner.LastTransition with { At = Sample.Now.AddMinutes(-minutes) } }]);

        Assert.Equal(new AwaitedWorker(awaited, Sample.Now.AddMinutes(expected), Late: false), Explain(fleet, "i-1").Awaited);
        Assert.Empty(Explain(fleet, "i-1").WouldFit);
    }

    /// <summary>Some who read it may not look at workers: which one is late is not the summary's to tell, and neither is a time that is past.</summary>
    [Fact]
    public void Explain_TheWorkerThatIsComingIsLate_SummaryTellsNoTime()
    {
        var worker = Sample.Worker(state: WorkerState.Provisioning);
        var explanation = Explain(Sample.Fleet([(Sample.Instance(), null)], [worker with { LastTransition = worker.LastTransition with { At = Sample.Now.AddHours(-1) } }]), "i-1");

        Assert.Equal("It waits for a worker that is coming; how soon is not certain.", explanation.Summary);
        Assert.Equal(new AwaitedWorker("w-1", Sample.Now.AddMinutes(-42), Late: true), explanation.Awaited);
        Assert.NotEmpty(explanation.WouldFit);
    }

    [Fact]
    public void Explain_NoWorkers_NamesTheTemplatesThatWouldDoCheapestFirst()
    {
        var lab = Sample.Instance();
        var templates = new[]
        {
            Sample.Template("dear") with { CostPerHour = 9 }, Sample.Template("full") with { CostPerHour = 5, MaxWorkers = 2 }, Sample.Template("cheap") with { CostPerHour = 1 },
            Sample.Template("small") with { MemoryGb = 1 }, Sample.Template("off") with { Enabled = false },
        };
        var fleet = Sample.Fleet([(lab, null)], [], templates.Select(template => (template, template.Name == "full" ? 2 : 0)));

        var explanation = PlacementExplainer.Explain(fleet, fleet.Instances[lab.Id], [.. templates], Sample.Now, Times);

        Assert.Equal(3, explanation.WouldFit.Length);
        Assert.Contains("cheap", explanation.WouldFit[0].Text, StringComparison.Ordinal);
        Assert.Contains("higher maximum for template full: 2 of 2 exist", explanation.WouldFit[1].Text, StringComparison.Ordinal);
        Assert.Contains("dear", explanation.WouldFit[2].Text, StringComparison.Ordinal);
        Assert.Equal(["cheap", "full", "dear"], explanation.WouldFit.Select(way => way.Template));
        Assert.Equal([false, true, false], explanation.WouldFit.Select(way => way.ByAdmin));
    }

    /// <summary>Long before its slot, so that somebody can still do something about it.</summary>
    [Theory]
    [InlineData(8, "")]
    [InlineData(4000, "A worker template that takes it: metal comes nearest. It has 128 GB of memory, 4,000 needed.")]
    public void Explain_NotDueAndNothingCouldTakeIt_SaysWhatIsMissing(int memory, string missing)
    {
        var lab = Sample.Instance() with { AsSoonAsPossible = false, TimeslotStart = Sample.Now.AddDays(1), TimeslotEnd = Sample.Now.AddDays(2), Request = Sample.Request(memory: memory) };

        var explanation = Explain(Sample.Fleet([(lab, null)], []), lab.Id);

        Assert.StartsWith("It is not due", explanation.Summary, StringComparison.Ordinal);
        Assert.Equal(missing, string.Join(' ', explanation.WouldFit.Select(way => way.Text)));
    }

    /// <summary>What is not known is no reason.</summary>
    [Fact]
    public void Explain_TemplatesNotKnown_SaysNothingOfThem()
    {
        var fleet = Sample.Fleet([(Sample.Instance() with { Request = Sample.Request(memory: 4000) }, null)], [Sample.Worker()]);

        Assert.Empty(PlacementExplainer.Explain(fleet, fleet.Instances["i-1"], default, Sample.Now, Times).WouldFit);
    }

    /// <summary>Some who read it may not look at workers: what a host says of itself is the verdict's, not the summary's.</summary>
    [Theory]
    [InlineData("w-1")]
    [InlineData("w-1 w-2")]
    public void Explain_WorkerWithTrouble_SummaryKeepsTheHostsWordsToItself(string workers)
    {
        var fleet = Sample.Fleet([(Sample.Instance() with { Request = Sample.Request(memory: 4000) }, null)], workers.Split(' ').Select(id => Sample.Worker(id) with { Trouble = "Licence expired at 10.1.2.3." }));

        var explanation = Explain(fleet, "i-1");

        Assert.Contains(workers == "w-1" ? "cannot take it. It takes no work now. It has 128 GB of memory, 4,000 needed." : "2 take no work now, 2 have too little memory free", explanation.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("10.1.2.3", explanation.Summary + string.Join(' ', explanation.WouldFit), StringComparison.Ordinal);
        Assert.All(explanation.Workers, verdict => Assert.Contains("10.1.2.3", verdict.Reasons[0].Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_ManyWorkers_CountsWhatStandsAgainstItWithNumbers()
    {
        var fleet = Sample.Fleet([(Sample.Instance() with { Request = Sample.Request(memory: 4000) }, null)],
            [Sample.Worker("w-1"), Sample.Worker("w-2") with { Declared = new Capacity(64, 512, 200, 100) }, Sample.Worker("w-3", WorkerState.Failed) with { Declared = new Capacity(64, 5000, 200, 100) }, Sample.Worker("w-4", WorkerState.Provisioning)]);

        Assert.Equal("It waits: none of 4 workers can take it: 3 have too little memory free (at the most 512 GB, 4,000 needed), 2 take no work now.", Explain(fleet, "i-1").Summary);
    }

    /// <summary>What is placed once those run that are up before it, and it too.</summary>
    private static IEnumerable<string> Placed(FleetSnapshot fleet, AwaitedWorker awaited, bool itself)
    {
        var up = fleet.Workers.Values.Where(worker => worker.IsComing).OrderBy(worker => Times.ReadyAt(worker.Value, Sample.Now) <= Sample.Now).ThenBy(worker => Times.ReadyAt(worker.Value, Sample.Now)).ThenBy(worker => worker.Id, StringComparer.Ordinal)
            .TakeWhile(worker => worker.Id != awaited.WorkerId).Select(worker => worker.Id).Concat(itself ? [awaited.WorkerId] : []).ToHashSet();
        return Plan(fleet with { Workers = fleet.Workers.ToImmutableDictionary(pair => pair.Key, pair => up.Contains(pair.Key) ? Runs(pair.Value) : pair.Value) }).Placements.Select(placement => placement.Instance.Id);
    }

    private static WorkerEntry Runs(WorkerEntry worker) =>
        worker with { State = worker.State with { Value = worker.Value with { State = WorkerState.Running, UnreachableSince = null } } };

    private static PlacementPlan Plan(FleetSnapshot fleet) => PlacementPlanner.Plan(fleet, Sample.Now, Times);

    private static PlacementExplanation Explain(FleetSnapshot fleet, string id) => PlacementExplainer.Explain(fleet, fleet.Instances[id], [Sample.Template()], Sample.Now, Times);

    private static string Describe(PlacementExplanation e) => string.Join('\n', e.Workers.Select(worker => $"{worker.WorkerId} {worker.Fits} {string.Join(',', worker.Reasons)}")
        .Concat(e.WouldFit.Select(way => way.ToString())).Prepend($"{e.InstanceId} {e.Summary} {e.Due:O} {e.WorkerId}"));
}
