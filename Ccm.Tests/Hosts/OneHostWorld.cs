using System.Collections.Immutable;
using System.Text;
using Ccm.Engine.Auditing;
using Ccm.Engine.Control;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.Hosts;
using Ccm.Engine.Leadership;
using Ccm.Engine.Lifecycle;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Components;
using Ccm.Tests.Domain;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Hosts;

/// <summary>The controller's parts around one worker on a scripted host, taken step by step on a clock that the test moves.</summary>
internal sealed class OneHostWorld : IAsyncDisposable
{
    private const int MostPasses = 50;
    private readonly TemporaryDirectory _directory = new();
    private readonly EmbeddedDatabase _database;
    private readonly MemoryStateStore _store = new();
    private readonly WorkerReconciler _workers;
    private readonly InstanceReconciler _instances;
    private readonly HostSweep _sweep;
    private LeaderTerm _term = null!;

    private OneHostWorld()
    {
        _database = EmbeddedDatabase.Open(_directory.Path);
        Cache = new WatchCache(_store, Time, NullLogger<WatchCache>.Instance);
        var times = new PlanningTimes(TimeSpan.FromMinutes(5), 1);
        Control = new ControlPlane(_store, new SqliteDefinitionDocuments(_database, Time), new SqliteTemplateDocuments(_database, Time), new SqliteAuditTrail(_database), Cache,
            Options.Create(new ControlOptions()), times, Time, NullLogger<ControlPlane>.Instance);
        var hosts = new HostRegistry([Host]);
        var leftBehind = new LeftBehind(Cache, hosts, _store, NullLogger<LeftBehind>.Instance);
        _workers = new WorkerReconciler(Control, Cache, hosts, leftBehind, times, Options.Create(new LifecycleOptions()), Time, NullLogger<WorkerReconciler>.Instance);
        _instances = new InstanceReconciler(Control, Cache, hosts, times, Options.Create(new LifecycleOptions()), Time, NullLogger<InstanceReconciler>.Instance);
        _sweep = new HostSweep(Control, Cache, hosts, leftBehind, Time, NullLogger<HostSweep>.Instance);
    }

    public ManualTime Time { get; } = new();

    public ScriptedHost Host { get; } = new();

    public WatchCache Cache { get; }

    public ControlPlane Control { get; }

    public Worker Worker => Cache.Current.Workers["w-1"].Value;

    public LabletInstance Instance => Cache.Current.Instances["i-1"].Value;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<OneHostWorld> StartAsync(WorkerState state = WorkerState.Running)
    {
        var world = new OneHostWorld();
        await world.Cache.StartAsync(Cancellation);
        await world.Cache.Ready.WaitAsync(Cancellation);
        await world._store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.ControllerLeader, DomainJson.Write(new LeaderEntry("replica-1", "", world.Time.GetUtcNow(), 0)))] }, Cancellation);
        world._term = new LeaderTerm(new StateGuard.Created(StateKeys.ControllerLeader, world._store.Revision), world.Time.GetUtcNow(), await world._store.GrantLeaseAsync(TimeSpan.FromMinutes(1), Cancellation), Cancellation);
        await world.PutAsync(Sample.Worker(state: state) with { Provider = "scripted", LastTransition = new Transition<WorkerState>(null, state, world.Time.GetUtcNow(), "test", "So it is.") });
        return world;
    }

    public Task PutAsync(Worker worker, Capacity? available = null, params int[] ports) => PutAsync(
        (StateKeys.WorkerState(worker.Id), DomainJson.Write(worker)),
        (StateKeys.WorkerCapacity(worker.Id), DomainJson.Write(AvailableCapacity.Of(available ?? worker.Declared, Time.GetUtcNow()))),
        (StateKeys.WorkerPorts(worker.Id), Encoding.UTF8.GetBytes(PortBitmap.Empty(worker.PortRange).Take(ports).ToString())));

    /// <summary>An instance with a place on the worker, if its state is one that holds any, and a slot that lasts an hour from now.</summary>
    public async Task PutInstanceAsync(InstanceState state, Checkpoint? checkpoint, Func<LabletInstance, LabletInstance>? change = null, string id = "i-1", string worker = "w-1")
    {
        var instance = Sample.Instance(id, state) with
        {
            Checkpoint = checkpoint, TimeslotStart = Time.GetUtcNow(), TimeslotEnd = Time.GetUtcNow().AddHours(1), AsSoonAsPossible = false,
            Ports = Sample.Request().PortNames.Select((name, n) => (name, Port: 2000 + n)).ToImmutableSortedDictionary(p => p.name, p => p.Port),
            LastTransition = new Transition<InstanceState>(null, state, Time.GetUtcNow(), "test", "So it is."),
        };
        instance = change?.Invoke(instance) ?? instance;
        if (!instance.HoldsPlace)
        {
            await PutAsync((StateKeys.InstanceState(id), DomainJson.Write(instance with { Ports = instance.Ports.Clear() })));
            return;
        }
        await PutAsync((StateKeys.InstanceState(id), DomainJson.Write(instance)), (StateKeys.InstanceWorker(id), Encoding.UTF8.GetBytes(worker)));
        var on = Cache.Current.Workers[worker].Value;
        await PutAsync(on, on.Declared - instance.Demand, [.. instance.Ports.Values]);
    }

    /// <summary>Another one like it, which answers for itself.</summary>
    public Task PutWorkerAsync(string id, DateTimeOffset? unreachableSince = null) => PutAsync(Worker with { Id = id, UnreachableSince = unreachableSince });

    /// <summary>The controller's loop until the test ends it, without what its sweep does after the hosts.</summary>
    public Task LoopAsync(TimeProvider time, CancellationToken until) =>
        new ControllerLoop(Cache, _instances, _workers, _sweep, null!, null!, Options.Create(new LifecycleOptions()), time, NullLogger<ControllerLoop>.Instance).RunAsync(_term with { Over = until });

    /// <summary>Waits until it holds.</summary>
    public async Task UntilAsync(Func<FleetSnapshot, bool> holds)
    {
        using var changes = Cache.Subscribe();
        for (var now = changes.Start; !holds(now);)
            now = (await changes.NextAsync(Cancellation).OrLate()).After;
    }

    /// <summary>Another replica writes that the instance uses another lab, and the cache does not hear of it.</summary>
    public Task CheckpointUnheardAsync(Checkpoint checkpoint)
    {
        _store.Silence("The watch is cut.");
        return _store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.InstanceState("i-1"), DomainJson.Write(Instance with { Checkpoint = checkpoint }))] }, Cancellation);
    }

    /// <summary>Puts under a key what nobody can read.</summary>
    public Task DamageAsync(string key) => PutAsync((key, "{\"not\": this"u8.ToArray()));

    /// <summary>Looks at worker and instances until a look changes nothing.</summary>
    public async Task SettleAsync()
    {
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var before = _store.Revision;
            foreach (var worker in Cache.Current.Workers.Keys)
                await _workers.ReconcileAsync(_term, worker);
            foreach (var instance in Cache.Current.Instances.Keys)
                await _instances.ReconcileAsync(_term, instance);
            if (_store.Revision == before)
                return;
        }
        Assert.Fail($"It does not come to rest: {Worker.State}, {string.Join(", ", (await EventsAsync()).TakeLast(10))}");
    }

    /// <summary>So much time, in steps of thirty seconds with a look after each.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(30))
        {
            Time.Jump(TimeSpan.FromSeconds(30));
            await SettleAsync();
        }
    }

    public Task SweepAsync() => _sweep.SweepAsync(_term);

    /// <summary>Types of all events so far, in order.</summary>
    public async Task<ImmutableArray<string>> EventsAsync() => [.. (await ToldAsync()).Select(told => told.Type)];

    /// <summary>What each event gave as its reason.</summary>
    public async Task<ImmutableArray<string>> ReasonsAsync() => [.. (await ToldAsync()).Select(told => told.Data.GetProperty("reason").GetString()!)];

    public async ValueTask DisposeAsync()
    {
        await Cache.StopAsync(CancellationToken.None);
        Cache.Dispose();
        Control.Dispose();
        _database.Dispose();
        _directory.Dispose();
    }

    private async Task<IEnumerable<OutboxEvent>> ToldAsync() =>
        (await _store.ListAsync(StateKeys.Outbox, 0, Cancellation)).Entries.OrderBy(entry => entry.ModRevision).SelectMany(entry => DomainJson.Read<OutboxEntry>(entry.Value.Span).Events);

    private async Task PutAsync(params (string Key, byte[] Value)[] puts)
    {
        await _store.CommitAsync(new StateTransaction { Puts = [.. puts.Select(put => new StatePut(put.Key, put.Value))] }, Cancellation);
        await Cache.ReachedAsync(_store.Revision, Cancellation);
    }
}
