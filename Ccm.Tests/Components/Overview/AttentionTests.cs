using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Grid;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Portal.Components.Pages.Overview;
using Ccm.Portal.Components.Pages.Workers;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Overview;

/// <summary>What needs somebody, and what does not.</summary>
public sealed class AttentionTests
{
    private static readonly PlanningTimes Times = new(TimeSpan.FromMinutes(5), 1);
    private static readonly PartsNow Well = new(null, null, false, null, [], 1000);

    /// <summary>Known from the first moment, and nothing that a free worker or a higher maximum would mend.</summary>
    [Fact]
    public void Of_LabThatNothingCouldTake_IsToldAtOnceWithItsReason()
    {
        var fleet = Fleet([In(InstanceState.Pending, minutes: 0) with { Id = "i-huge", Request = Sample.Request(memory: 4000) }, In(InstanceState.Pending, minutes: 0) with { Id = "i-small" }]);

        var concern = Assert.Single(Attention.Of(fleet, Well, Sample.Now, Times, [Sample.Template()]));

        Assert.Equal(("1 lab fits on no worker there is or could be", "/instances/i-huge", true), (concern.Title, concern.Href, concern.Urgent));
        Assert.Contains("it needs 4 cores, 4,000 GB of memory", Assert.Single(concern.Items).Why, StringComparison.Ordinal);
        Assert.Empty(Attention.Of(fleet, Well, Sample.Now, Times));
    }

    [Fact]
    public void Of_NothingThere_NothingNeedsAnybody() => Assert.Empty(Attention.Of(Fleet([]), Well, Sample.Now, Times));

    [Fact]
    public void Of_LabsOnTheirWay_NothingNeedsAnybody()
    {
        var fleet = Fleet(
        [
            In(InstanceState.Pending, minutes: 20), In(InstanceState.Scheduled, minutes: 1), In(InstanceState.Instantiating, minutes: 2), In(InstanceState.Running, minutes: 600),
            In(InstanceState.Stopping, minutes: 4), In(InstanceState.Stopped, minutes: 600), In(InstanceState.Terminated, minutes: 5) with { Outcome = Outcome.Completed },
            Booked(minutesToStart: 30),
        ], [Sample.Worker()]);

        Assert.Empty(Attention.Of(fleet, Well, Sample.Now, Times));
    }

    [Theory]
    [InlineData(6, false, "")]
    [InlineData(3, true, "Its slot begins in 3 min 0 s.")]
    [InlineData(-2, true, "Its slot began 2 min 0 s ago.")]
    public void Of_BookedAndUnplaced_IsUrgentFromItsLeadTimeOn(int minutesToStart, bool needs, string why)
    {
        var concerns = Attention.Of(Fleet([Booked(minutesToStart)]), Well, Sample.Now, Times);

        Assert.Equal(needs, concerns.Any(concern => concern is { Urgent: true, Title: "1 lab has no place and its slot is near" }));
        Assert.Equal(needs ? [new ConcernItem("ospf of user", "/instances/booked", why)] : [], concerns.SelectMany(concern => concern.Items));
    }

    [Theory]
    [InlineData(InstanceState.Scheduled, 3)]
    [InlineData(InstanceState.Instantiating, 4)]
    [InlineData(InstanceState.Stopping, 6)]
    [InlineData(InstanceState.Archived, 6)]
    public void Of_LongerThanPlanned_IsStuckAndNamesTheWorkersSilence(InstanceState state, int minutes)
    {
        var concern = Assert.Single(Attention.Of(Fleet([In(state, minutes)], [Sample.Worker() with { UnreachableSince = Sample.Now.AddMinutes(-1) }]), Well, Sample.Now, Times), c => c.Title.Contains("lab", StringComparison.Ordinal));

        Assert.Equal((true, "1 lab does not get on"), (concern.Urgent, concern.Title));
        Assert.Equal($"{state.ToString().ToUpperInvariant()} for {minutes} min 0 s. Its worker w-1 does not answer.", concern.Items[0].Why);
    }

    [Fact]
    public void Of_FasterHosts_AreExpectedToBeFaster()
    {
        var fleet = Fleet([In(InstanceState.Instantiating, minutes: 3)], [Sample.Worker()]);

        Assert.Empty(Attention.Of(fleet, Well, Sample.Now, Times));
        Assert.Single(Attention.Of(fleet, Well, Sample.Now, Times with { Speed = 100 }));
    }

    [Fact]
    public void Of_FailedAttempt_IsToldWhileItIsTriedAgainAndNotCountedAsStuckUntilItsRetry()
    {
        var lab = In(InstanceState.Scheduled, minutes: 10) with { FailedAttempts = 2, RetryAt = Sample.Now.AddMinutes(1) };

        var concern = Assert.Single(Attention.Of(Fleet([lab], [Sample.Worker()]), Well, Sample.Now, Times));

        Assert.Equal((false, "1 lab failed to start and is tried again"), (concern.Urgent, concern.Title));
        Assert.StartsWith("2 of 3 attempts failed", concern.Items[0].Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Outcome.Failed, 59, 1)]
    [InlineData(Outcome.WorkerLost, 59, 1)]
    [InlineData(Outcome.Expired, 59, 1)]
    [InlineData(Outcome.Failed, 61, 0)]
    [InlineData(Outcome.Cancelled, 1, 0)]
    public void Of_Ended_IsToldWhenItFailedLately(Outcome outcome, int minutes, int concerns) =>
        Assert.Equal(concerns, Attention.Of(Fleet([In(InstanceState.Terminated, minutes) with { Outcome = outcome }]), Well, Sample.Now, Times).Length);

    [Fact]
    public void Of_SeveralEnded_TellsTheLatestFirst()
    {
        var fleet = Fleet([Ended("first", 50), Ended("last", 1), Ended("second", 20)]);

        Assert.Equal(["/instances/last", "/instances/second", "/instances/first"], Assert.Single(Attention.Of(fleet, Well, Sample.Now, Times)).Items.Select(item => item.Href));

        static LabletInstance Ended(string id, int minutes) => In(InstanceState.Terminated, minutes) with { Id = id, Outcome = Outcome.Failed };
    }

    [Fact]
    public void Of_AsSoonAsPossible_MayWaitForAHostToBoot()
    {
        Assert.Empty(Attention.Of(Fleet([In(InstanceState.Pending, minutes: 31)]), Well, Sample.Now, Times));
        Assert.Equal("1 lab has waited long for a place", Assert.Single(Attention.Of(Fleet([In(InstanceState.Pending, minutes: 33)]), Well, Sample.Now, Times)).Title);
    }

    [Fact]
    public void Of_Workers_EachKindIsToldOnceTheUrgentFirst()
    {
        var fleet = Fleet([In(InstanceState.Running, 5)],
        [
            Sample.Worker("w-1", WorkerState.Draining) with { DrainStartedAt = Sample.Now.AddHours(-5), DrainOverdueSince = Sample.Now.AddHours(-1) },
            Sample.Worker("w-2") with { UnreachableSince = Sample.Now.AddMinutes(-2) },
            Sample.Worker("w-3", WorkerState.Failed),
            Sample.Worker("w-4") with { Trouble = "No licence." },
            Sample.Worker("w-5", WorkerState.Terminated) with { UnreachableSince = Sample.Now },
            Sample.Worker("w-6"),
        ]);

        var concerns = Attention.Of(fleet, Well, Sample.Now, Times);

        Assert.Equal([(true, "1 worker has failed"), (true, "1 worker does not answer"), (false, "1 worker can take no work"), (false, "1 worker drains for too long")],
            concerns.Select(concern => (concern.Urgent, concern.Title)));
        Assert.Equal("Draining for 5 h 0 min. 1 lab is on it.", concerns[3].Items[0].Why);
    }

    [Theory]
    [InlineData(WorkerState.Pending, null, 2, null)]
    [InlineData(WorkerState.Pending, null, 3, "PENDING for 3 min 0 s. Ordered.")]
    [InlineData(WorkerState.Provisioning, WorkerState.Pending, 29, null)]
    [InlineData(WorkerState.Provisioning, WorkerState.Pending, 30, "PROVISIONING for 30 min 0 s, planned with 18 min 0 s. Ordered.")]
    [InlineData(WorkerState.Provisioning, WorkerState.Stopped, 9, null)]
    [InlineData(WorkerState.Provisioning, WorkerState.Stopped, 10, "PROVISIONING for 10 min 0 s, planned with 5 min 0 s. Ordered.")]
    [InlineData(WorkerState.Stopping, WorkerState.Draining, 10, "STOPPING for 10 min 0 s, planned with 5 min 0 s. Ordered.")]
    [InlineData(WorkerState.Running, WorkerState.Provisioning, 600, null)]
    [InlineData(WorkerState.Stopped, WorkerState.Stopping, 600, null)]
    public void Of_WorkerUnderWay_IsToldOnceItTakesLongerThanItsTemplatePlans(WorkerState state, WorkerState? from, int minutes, string? why)
    {
        var worker = Sample.Worker(state: state) with { Provider = "static", LastTransition = new Transition<WorkerState>(from, state, Sample.Now.AddMinutes(-minutes), "ccm/scaling", "Ordered.") };

        var concerns = Attention.Of(Fleet([], [worker]), Well, Sample.Now, Times with { Speed = 60 });

        Assert.Equal(why is null ? [] : [why], concerns.SelectMany(concern => concern.Items).Select(item => item.Why));
        Assert.All(concerns, concern => Assert.Equal("1 worker takes long to start or to stop", concern.Title));
    }

    [Fact]
    public void Of_WorkerUnderWayAndSilent_IsToldOfOnce()
    {
        var worker = Sample.Worker(state: WorkerState.Provisioning) with { UnreachableSince = Sample.Now.AddHours(-1), LastTransition = new Transition<WorkerState>(WorkerState.Pending, WorkerState.Provisioning, Sample.Now.AddHours(-2), "", "") };

        Assert.Equal("1 worker does not answer", Assert.Single(Attention.Of(Fleet([], [worker]), Well, Sample.Now, Times)).Title);
    }

    /// <summary>Whoever follows a concern finds what it tells of, and no other kind of trouble.</summary>
    [Fact]
    public void Href_OfEachConcern_LeadsToTheListBehindIt()
    {
        var fleet = Fleet(
        [
            In(InstanceState.Pending, 50), In(InstanceState.Pending, 51) with { Id = "i-pending" }, Booked(1), Booked(2) with { Id = "i-booked" }, In(InstanceState.Scheduled, 10), In(InstanceState.Instantiating, 1) with { FailedAttempts = 1 }, In(InstanceState.Stopping, 10),
            In(InstanceState.Running, 600), In(InstanceState.Terminated, 5) with { Outcome = Outcome.WorkerLost }, In(InstanceState.Terminated, 5) with { Id = "well", Outcome = Outcome.Completed },
        ],
        [
            Sample.Worker("w-1", WorkerState.Draining) with { DrainStartedAt = Sample.Now.AddHours(-5), DrainOverdueSince = Sample.Now.AddHours(-1) },
            Sample.Worker("w-2") with { UnreachableSince = Sample.Now.AddMinutes(-2) }, Sample.Worker("w-3", WorkerState.Failed), Sample.Worker("w-4") with { Trouble = "No licence." },
            Sample.Worker("w-5") with { LostSince = Sample.Now, UnreachableSince = Sample.Now }, Sample.Worker("w-6"),
            // Silent too, and yet one of those whose drain takes too long; the next is drained as planned.
            Sample.Worker("w-7", WorkerState.Draining) with { DrainStartedAt = Sample.Now.AddHours(-5), DrainOverdueSince = Sample.Now.AddHours(-1), UnreachableSince = Sample.Now },
            Sample.Worker("w-8", WorkerState.Draining) with { DrainStartedAt = Sample.Now },
            Sample.Worker("w-9", WorkerState.Stopping) with { LastTransition = new Transition<WorkerState>(WorkerState.Draining, WorkerState.Stopping, Sample.Now.AddHours(-1), "", "") },
        ]);

        var concerns = Attention.Of(fleet, Well, Sample.Now, Times);

        Assert.Equal(10, concerns.Length);
        foreach (var concern in concerns)
        {
            // One lab alone needs no list.
            if (concern.Items is [var only] && only.Href == concern.Href)
                continue;
            var (page, query) = (concern.Href.Split('?')[0], concern.Href.Split('?')[1]);
            var listed = page == "/workers" ? Listed(WorkerTable.Table, query, fleet) : Listed(InstanceTable.For(PortalContext.Admin, new Waits(fleet, default, Sample.Now, Times)), query, fleet);
            Assert.Superset(concern.Items.Select(item => item.Href).ToHashSet(), listed.Select(id => $"{page}/{id}").ToHashSet());
            Assert.DoesNotContain(listed, id => id is "w-6" or "w-8" or "well" or "i-Running");
            if (page == "/workers" || query.Contains("waits=", StringComparison.Ordinal))
                Assert.Equal(concern.Items.Select(item => item.Href).Order(), listed.Select(id => $"{page}/{id}").Order());
        }
    }

    private static HashSet<string> Listed<TRow>(GridTable<TRow> table, string query, FleetSnapshot fleet) where TRow : class
    {
        var read = GridQuery.Read(table, query);
        // Nothing of it is unknown to the table, which would leave it out.
        Assert.Equal(Uri.UnescapeDataString(query).Order(), Uri.UnescapeDataString(read.Address).Order());
        var rows = table.Source!.Ids(fleet).Select(id => table.Source.Find(fleet, id)!);
        return [.. rows.Where(row => table.Facets.All(facet => facet.Shows(row, read.ChosenOf(facet.Key)))).Select(table.Id)];
    }

    [Fact]
    public void Of_Parts_EachSaysWhatToDo()
    {
        var parts = new PartsNow("No answer.", "It is away.", true, "It cannot be read.", ["81 % full."], 4);
        var fleet = Fleet([]) with
        {
            Leaders = ImmutableDictionary<string, LeaderEntry>.Empty.Add(StateKeys.SchedulerLeader, new LeaderEntry("r", "", Sample.Now, 1)),
            Outbox = ImmutableDictionary<string, long>.Empty.Add("a", 1).Add("b", 2),
        };

        var concerns = Attention.Of(fleet, parts, Sample.Now, Times);

        Assert.Equal(["The state store's watch is silent", "Nobody leads the controller", "The state store needs somebody", "The document store does not answer", "The session store does not answer", "The identity provider does not answer", "2 operations wait for the audit trail"], concerns.Select(concern => concern.Title));
        Assert.Equal([true, true, true, true, true, true, false], concerns.Select(concern => concern.Urgent));
        Assert.All(concerns, concern => Assert.Equal("/system", concern.Href));
    }

    [Fact]
    public void OfOwn_OthersLabs_AreNotToldOf()
    {
        var fleet = Fleet([Booked(1), Booked(1) with { Id = "other", OwnerId = "somebody" }]);

        Assert.Equal(["/instances/booked"], Attention.OfOwn(fleet, "user", Sample.Now, Times).SelectMany(concern => concern.Items).Select(item => item.Href));
    }

    private static LabletInstance In(InstanceState state, int minutes) => Sample.Instance($"i-{state}", state) with
    {
        CreatedAt = Sample.Now.AddMinutes(-minutes),
        LastTransition = new Transition<InstanceState>(null, state, Sample.Now.AddMinutes(-minutes), "ccm/controller", "As planned."),
    };

    private static LabletInstance Booked(int minutesToStart) => Sample.Instance("booked") with { AsSoonAsPossible = false, TimeslotStart = Sample.Now.AddMinutes(minutesToStart), TimeslotEnd = Sample.Now.AddMinutes(minutesToStart + 60) };

    private static FleetSnapshot Fleet(IEnumerable<LabletInstance> labs, IEnumerable<Worker>? workers = null) =>
        Sample.Fleet(labs.Select(lab => (lab, lab.HoldsPlace ? "w-1" : null)), workers ?? []) with
        {
            Leaders = new[] { StateKeys.SchedulerLeader, StateKeys.ControllerLeader }.ToImmutableDictionary(key => key, _ => new LeaderEntry("r", "", Sample.Now, 1)),
        };
}
