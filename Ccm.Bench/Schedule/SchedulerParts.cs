using Ccm.Bench.Measuring;
using Ccm.Engine.Auditing;
using Ccm.Engine.Control;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ccm.Bench.Schedule;

/// <summary>The engine's own cache, control plane, scheduler and relay on one etcd, with the two leader keys held.</summary>
internal sealed class SchedulerParts : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly EmbeddedDatabase _database;
    private readonly ILoggerFactory _logging;
    private readonly EtcdStateStore _store;
    private Task _relay = Task.CompletedTask;
    private long _written;

    private SchedulerParts(string endpoint, string directory, Faults faults)
    {
        _logging = LoggerFactory.Create(logging => logging.AddProvider(faults));
        _database = EmbeddedDatabase.Open(directory);
        _store = new EtcdStateStore(endpoint, TimeProvider.System, _logging.CreateLogger<EtcdStateStore>());
        Cache = new WatchCache(_store, TimeProvider.System, _logging.CreateLogger<WatchCache>());
        Control = NewControl(_store, _logging);
        Loop = new SchedulerLoop(Control, Cache, Times, TimeProvider.System, _logging.CreateLogger<SchedulerLoop>());
    }

    public static PlanningTimes Times { get; } = new(TimeSpan.FromMinutes(5), 1);

    public WatchCache Cache { get; }

    public ControlPlane Control { get; }

    public SchedulerLoop Loop { get; }

    public StateGuard Fence { get; private set; } = null!;

    public IStateLease Lease { get; private set; } = null!;

    /// <summary>Workers last changed after it have been placed on.</summary>
    public long FleetRevision { get; set; }

    public static async Task<SchedulerParts> StartAsync(string endpoint, string directory, Faults faults)
    {
        var parts = new SchedulerParts(endpoint, directory, faults);
        parts.Lease = await parts._store.GrantLeaseAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        parts.Fence = await parts.HoldAsync(StateKeys.SchedulerLeader);
        var relayFence = await parts.HoldAsync(StateKeys.ControllerLeader);
        await parts.Cache.StartAsync(CancellationToken.None);
        await parts.Cache.Ready;
        var relay = new AuditRelay(parts._store, new SqliteAuditTrail(parts._database), parts.Cache, TimeProvider.System, parts._logging.CreateLogger<AuditRelay>());
        parts._relay = Task.Run(() => relay.RunAsync(relayFence, parts._stop.Token));
        return parts;
    }

    /// <param name="logging">Null: what it says is of no interest.</param>
    public ControlPlane NewControl(IStateStore store, ILoggerFactory? logging = null) => new(
        store, new SqliteDefinitionDocuments(_database, TimeProvider.System), new SqliteTemplateDocuments(_database, TimeProvider.System), new SqliteAuditTrail(_database),
        Cache, Options.Create(new ControlOptions()), Times, TimeProvider.System, (logging ?? NullLoggerFactory.Instance).CreateLogger<ControlPlane>());

    /// <summary>Writes unguarded, as many transactions as it takes.</summary>
    public async Task WriteAsync(IReadOnlyCollection<StatePut> puts, IReadOnlyCollection<string> deletes)
    {
        if (puts.Count + deletes.Count <= StateLimits.Operations)
            await CommitAsync(new StateTransaction { Puts = [.. puts], Deletes = [.. deletes] });
        else
        {
            foreach (var chunk in puts.Chunk(StateLimits.Operations))
                await CommitAsync(new StateTransaction { Puts = [.. chunk] });
            foreach (var chunk in deletes.Chunk(StateLimits.Operations))
                await CommitAsync(new StateTransaction { Deletes = [.. chunk] });
        }
    }

    /// <summary>Waits until the cache holds what this wrote so far.</summary>
    /// <returns>Its revision.</returns>
    public async Task<long> CaughtUpAsync()
    {
        await Cache.ReachedAsync(_written, CancellationToken.None);
        return _written;
    }

    /// <summary>Done once every event stands in the trail and the outbox is empty.</summary>
    public async Task RelayedAsync()
    {
        using var subscription = Cache.Subscribe();
        var snapshot = subscription.Start;
        while (!snapshot.Outbox.IsEmpty)
            snapshot = (await subscription.NextAsync(_stop.Token)).After;
    }

    /// <summary>Forgets the history that etcd has kept so far.</summary>
    public Task CompactAsync() => _store.CompactAsync(Cache.Current.Revision, CancellationToken.None);

    /// <summary>Bytes of etcd's database that hold something; it counts them anew every tenth of a second.</summary>
    public async Task<long> UsedBytesAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        return (await _store.GetStatusAsync(CancellationToken.None)).UsedBytes ?? throw new BenchException("etcd does not tell how much of its database is in use.");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _relay.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await Cache.StopAsync(CancellationToken.None);
        Cache.Dispose();
        await Lease.DisposeAsync();
        await _store.DisposeAsync();
        _database.Dispose();
        _logging.Dispose();
        _stop.Dispose();
    }

    private async Task<StateGuard> HoldAsync(string key) =>
        new StateGuard.Created(key, await CommitAsync(new StateTransaction { Puts = [new StatePut(key, "{\"replicaId\":\"bench\",\"address\":\"\",\"since\":\"2026-03-01T12:00:00Z\",\"createRevision\":0}"u8.ToArray(), Lease.Id)] }));

    private async Task<long> CommitAsync(StateTransaction transaction) => await _store.CommitAsync(transaction, CancellationToken.None) switch
    {
        CommitResult.Committed committed => _written = committed.Revision,
        var other => throw new BenchException($"etcd did not take the bench's own data: {other}"),
    };
}
