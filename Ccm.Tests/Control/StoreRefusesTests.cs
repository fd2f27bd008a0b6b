using Ccm.Engine.Control;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.Leadership;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Components;
using Ccm.Tests.Domain;
using Ccm.Tests.Scheduling;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Control;

/// <summary>Whoever takes a refusal for a lost race tries again at once, and for ever: the engine has to hear the difference.</summary>
public sealed class StoreRefusesTests : IDisposable
{
    private static readonly StateGuard Fence = new StateGuard.Created(StateKeys.ControllerLeader, 0);
    private readonly TemporaryDirectory _folder = new();
    private readonly EmbeddedDatabase _database;

    public StoreRefusesTests() => _database = EmbeddedDatabase.Open(_folder.Path);

    public static TheoryData<string> Answers => ["refused", "unknown"];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Advance_StoreDoesNotTakeIt_SaysSo(string answer)
    {
        var memory = new MemoryStateStore();
        await memory.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.InstanceState("i-1"), DomainJson.Write(Sample.Instance()))] }, CancellationToken.None);
        using var cache = new WatchCache(memory, TimeProvider.System, NullLogger<WatchCache>.Instance);
        await cache.StartAsync(CancellationToken.None);
        await cache.Ready.OrLate();
        var store = new AnsweringStore(memory, answer == "refused" ? new CommitResult.Refused("no space") : new CommitResult.Unknown("no answer"));
        using var control = new ControlPlane(store, new SqliteDefinitionDocuments(_database, TimeProvider.System), new SqliteTemplateDocuments(_database, TimeProvider.System),
            new SqliteAuditTrail(_database), cache, Options.Create(new ControlOptions()), new PlanningTimes(TimeSpan.FromMinutes(5), 1), TimeProvider.System, NullLogger<ControlPlane>.Instance);
        var entry = cache.Current.Instances["i-1"];

        var refused = await Assert.ThrowsAsync<RefusedException>(() => control.AdvanceInstanceAsync(Fence, entry, InstanceState.Terminated, "A test.", i => i, CancellationToken.None));

        Assert.Equal(RefusalKind.Unavailable, refused.Kind);
        // What only would have been told is no reason to fail.
        Assert.False(await control.RecordLeaderAsync(Fence, StateKeys.ControllerLeader, new Engine.Leadership.Replica("one", ""), leads: true, vacate: false, CancellationToken.None));
        await cache.StopAsync(CancellationToken.None);
    }

    /// <summary>Else a store that is full would be asked once more for each worker, then for each lab.</summary>
    [Theory]
    [MemberData(nameof(Answers))]
    public async Task CarryOut_StoreDoesNotTakeIt_AsksItOnceForABatch(string answer)
    {
        var store = new AnsweringStore(new MemoryStateStore(), answer == "refused" ? new CommitResult.Refused("no space") : new CommitResult.Unknown("no answer"));
        using var cache = new WatchCache(store, TimeProvider.System, NullLogger<WatchCache>.Instance);
        var times = new PlanningTimes(TimeSpan.FromMinutes(5), 1);
        using var control = new ControlPlane(store, new SqliteDefinitionDocuments(_database, TimeProvider.System), new SqliteTemplateDocuments(_database, TimeProvider.System),
            new SqliteAuditTrail(_database), cache, Options.Create(new ControlOptions()), times, TimeProvider.System, NullLogger<ControlPlane>.Instance);
        var loop = new SchedulerLoop(control, cache, times, TimeProvider.System, NullLogger<SchedulerLoop>.Instance);
        var fleet = Sample.Fleet(Enumerable.Range(0, 4).Select(n => (Sample.Instance($"i-{n}") with { Request = Sample.Request(memory: 64) }, (string?)null)), [Sample.Worker("w-1"), Sample.Worker("w-2")]);
        var plan = PlacementPlanner.Plan(fleet, Sample.Now, times);
        await using var lease = await new MemoryStateStore().GrantLeaseAsync(TimeSpan.FromMinutes(1), CancellationToken.None);

        Assert.False(await loop.CarryOutAsync(new LeaderTerm(Fence, Sample.Now, lease, CancellationToken.None), plan));

        Assert.Equal((4, 2), (plan.Placements.Length, plan.Placements.Select(placement => placement.Worker.Id).Distinct().Count()));
        Assert.Equal(plan.Batches.Length, store.Asked);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    private sealed class AnsweringStore(IStateStore inner, CommitResult answer) : StoreDecorator(inner)
    {
        public int Asked { get; private set; }

        public override Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
        {
            Asked++;
            return Task.FromResult(answer);
        }
    }
}
