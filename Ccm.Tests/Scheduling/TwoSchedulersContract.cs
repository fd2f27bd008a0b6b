using System.Collections.Immutable;
using System.Text;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using Ccm.Tests.Faults.Checking;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Scheduling;

/// <summary>
/// Two schedulers forced to run at once, the election bypassed: the guards alone keep the books. The same with the guards taken out has to
/// be found out, else the checker proves nothing.
/// </summary>
public abstract class TwoSchedulersContract : IAsyncLifetime
{
    private const int Workers = 30;
    private const int Instances = 250;
    private readonly TemporaryDirectory _folder = new();
    private EmbeddedDatabase? _documents;
    private IStateLease? _lease;
    private StateGuard? _fence;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A replica's connection; the embedded store's replicas share the one there is.</summary>
    private protected abstract Task<IStateStore> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        _documents = EmbeddedDatabase.Open(_folder.Path);
        var store = await OpenAsync();
        _lease = await store.GrantLeaseAsync(TimeSpan.FromMinutes(1), Stop);
        var leads = new StatePut(StateKeys.SchedulerLeader, DomainJson.Write(new LeaderEntry("both", "", Sample.Now, 0)), _lease.Id);
        _fence = new StateGuard.Created(StateKeys.SchedulerLeader, await CommitAsync(store, [leads]));
        for (var n = 0; n < Workers; n++)
            await CommitAsync(store, WorkerKeys(Sample.Worker($"w-{n:00}")));
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_lease is not null)
            await _lease.DisposeAsync();
        _documents?.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Run_BothAtOnce_NothingIsBookedTwice()
    {
        var store = await OpenAsync();
        await ReserveAsync(store, 0, Instances / 2);
        var one = new PausedStore(await OpenAsync());
        var two = new PausedStore(await OpenAsync());
        await using var first = await StartAsync(one);
        await using var second = await StartAsync(two);
        // Both have decided the same before either acts, and more comes while they are at it.
        await Task.WhenAll(one.Decided, two.Decided).OrLate();
        one.Go();
        two.Go();
        await ReserveAsync(store, Instances / 2, Instances);

        await Task.WhenAll(first.PlacedAsync(Instances), second.PlacedAsync(Instances));

        Assert.Empty(await ViolationsAsync(store));
        Assert.Contains(await Task.WhenAll(one.First, two.First).OrLate(), result => result is CommitResult.GuardFailed);
    }

    [Fact]
    public async Task Run_OnePausedWhileTheOtherWorks_ItsDecisionIsRefused()
    {
        var store = await OpenAsync();
        var late = new PausedStore(await OpenAsync());

        Assert.IsType<CommitResult.GuardFailed>(await RunWithLateOneAsync(store, late));

        Assert.Empty(await ViolationsAsync(store));
    }

    [Fact]
    public async Task Run_OnePausedWithoutGuards_TheCheckerFindsIt()
    {
        var store = await OpenAsync();
        var late = new PausedStore(new UnguardedStore(await OpenAsync()));

        Assert.IsType<CommitResult.Committed>(await RunWithLateOneAsync(store, late));

        var violations = await ViolationsAsync(store);
        Assert.Contains(violations, violation => violation.Rule == Rule.I1);
        Assert.Contains(violations, violation => violation.Rule == Rule.I3);
    }

    /// <summary>What came of the first decision of a scheduler that was paused with it until the other had placed everything.</summary>
    private async Task<CommitResult> RunWithLateOneAsync(IStateStore store, PausedStore late)
    {
        await ReserveAsync(store, 0, Instances / 2);
        await using var paused = await StartAsync(late);
        await late.Decided.OrLate();
        await using var other = await StartAsync(await OpenAsync());
        await other.PlacedAsync(Instances / 2);
        // What comes then goes onto workers that the first half left room on.
        await ReserveAsync(store, Instances / 2, Instances);
        await other.PlacedAsync(Instances);
        late.Go();
        return await late.First.OrLate();
    }

    private Task<TestScheduler> StartAsync(IStateStore store) => TestScheduler.StartAsync(store, _documents!, _fence!, _lease!);

    /// <summary>Everything wrong with any revision there was, read from the store itself.</summary>
    private static async Task<List<Violation>> ViolationsAsync(IStateStore store)
    {
        var list = await store.ListAsync(StateKeys.Root, 0, Stop);
        var revisions = ImmutableArray.CreateBuilder<RecordedBatch>();
        await foreach (var batch in store.WatchAsync(StateKeys.Root, 1, Stop))
        {
            revisions.Add(new RecordedBatch(Sample.Now, batch));
            if (batch.Revision >= list.Revision)
                break;
        }
        Assert.Equal(Instances, Replay.Of(list).In(InstanceState.Scheduled).Count());
        return [.. Replay.Of(revisions.ToImmutable()).SelectMany(PlaceRules.Check)];
    }

    /// <summary>Instances of many sizes, due at once.</summary>
    private static async Task ReserveAsync(IStateStore store, int from, int until)
    {
        for (var n = from; n < until; n++)
        {
            var instance = Sample.Instance($"i-{n:000}") with
            {
                CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(n),
                Request = Sample.Request(cpu: 1 + (n % 5), memory: 1 + (n % 11), storage: 1 + (n % 7), licensedNodes: 1 + (n % 3), ports: n % 6),
            };
            await CommitAsync(store, [new StatePut(StateKeys.InstanceState(instance.Id), DomainJson.Write(instance))]);
        }
    }

    private static StatePut[] WorkerKeys(Worker worker) =>
    [
        new StatePut(StateKeys.WorkerState(worker.Id), DomainJson.Write(worker)),
        new StatePut(StateKeys.WorkerCapacity(worker.Id), DomainJson.Write(AvailableCapacity.Of(worker.Declared, Sample.Now))),
        new StatePut(StateKeys.WorkerPorts(worker.Id), Encoding.UTF8.GetBytes(PortBitmap.Empty(worker.PortRange).ToString())),
    ];

    private static async Task<long> CommitAsync(IStateStore store, StatePut[] puts) =>
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(new StateTransaction { Puts = [.. puts] }, Stop)).Revision;
}
