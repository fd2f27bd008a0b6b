using System.Runtime.CompilerServices;
using Ccm.Engine.Control;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.State;
using Ccm.Engine.State.Embedded;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using Ccm.Tests.Scheduling;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Control;

/// <summary>A replica whose cache is behind must not take what it remembers for what is so.</summary>
public sealed class StaleCacheTests : IAsyncDisposable
{
    private static readonly Actor Admin = new("admin", "Admin", [Role.Admin]);
    private readonly TemporaryDirectory _folder = new();
    private readonly EmbeddedDatabase _database;
    private readonly SqliteStateStore _store;

    public StaleCacheTests()
    {
        _database = EmbeddedDatabase.Open(_folder.Path);
        _store = new SqliteStateStore(_database, TimeProvider.System);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stop_AskedForAgainAfterAStartElsewhere_StopsIt()
    {
        var instance = Sample.Instance("i-1") with { State = InstanceState.Stopped, Target = InstanceTarget.Stopped };
        await _store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.InstanceState("i-1"), DomainJson.Write(instance))] }, Stop);
        var held = new HeldWatch(_store);
        using var behind = await CacheAsync(held);
        using var current = await CacheAsync(_store);
        held.Hold();
        using var here = Control(_store, current);
        using var there = Control(held, behind);

        await here.StartInstanceAsync(Admin, Operation.New(), "i-1", Stop);
        await there.StopInstanceAsync(Admin, Operation.New(), "i-1", Stop).OrLate();

        var entry = await _store.GetAsync(StateKeys.InstanceState("i-1"), Stop);
        Assert.Equal(InstanceTarget.Stopped, DomainJson.Read<LabletInstance>(entry!.Value.Span).Target);
    }

    [Fact]
    public async Task Receive_CollectedElsewhereAMomentAgo_IsNotOutOfOrder()
    {
        var instance = Sample.Instance("i-1") with { State = InstanceState.Running };
        await _store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.InstanceState("i-1"), DomainJson.Write(instance))] }, Stop);
        var held = new HeldWatch(_store) { UntilAsked = StateKeys.InstanceState("i-1") };
        using var behind = await CacheAsync(held);
        using var current = await CacheAsync(_store);
        held.Hold();
        using var here = Control(_store, current);
        using var there = Control(held, behind);

        await here.CollectAsync(Admin, Operation.New(), "i-1", Stop);
        await there.ReceiveAsync(Admin, Operation.OfEvent("/grader", "1", ""), new AssessmentEvent.CollectionCompleted("/grader", "1", "i-1"), Stop).OrLate();

        var entry = await _store.GetAsync(StateKeys.InstanceState("i-1"), Stop);
        Assert.Equal(InstanceState.Grading, DomainJson.Read<LabletInstance>(entry!.Value.Span).State);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _database.Dispose();
        _folder.Dispose();
    }

    private static async Task<WatchCache> CacheAsync(IStateStore store)
    {
        var cache = new WatchCache(store, TimeProvider.System, NullLogger<WatchCache>.Instance);
        await cache.StartAsync(Stop);
        await cache.Ready.OrLate();
        return cache;
    }

    private ControlPlane Control(IStateStore store, WatchCache cache) => new(store, new SqliteDefinitionDocuments(_database, TimeProvider.System), new SqliteTemplateDocuments(_database, TimeProvider.System),
        new SqliteAuditTrail(_database), cache, Options.Create(new ControlOptions()), new PlanningTimes(TimeSpan.FromMinutes(5), 1), TimeProvider.System, NullLogger<ControlPlane>.Instance);

    /// <summary>Its watch tells nothing until a guard has found out that something is missing, or the store was asked for a key.</summary>
    private sealed class HeldWatch(IStateStore inner) : StoreDecorator(inner)
    {
        private volatile TaskCompletionSource? _held;

        public string? UntilAsked { get; init; }

        public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
        {
            var result = await base.CommitAsync(transaction, cancellationToken);
            if (result is CommitResult.GuardFailed)
                _held?.TrySetResult();
            return result;
        }

        public override async Task<StateEntry?> GetAsync(string key, CancellationToken cancellationToken)
        {
            var entry = await base.GetAsync(key, cancellationToken);
            if (key == UntilAsked)
                _held?.TrySetResult();
            return entry;
        }

        public override async IAsyncEnumerable<StateBatch> WatchAsync(string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var batch in base.WatchAsync(prefix, fromRevision, cancellationToken))
            {
                if (_held is { } held)
                    await held.Task.WaitAsync(cancellationToken);
                yield return batch;
            }
        }
    }
}
