using Ccm.Engine.Auditing;
using Ccm.Engine.Control;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.Hosts;
using Ccm.Engine.Hosts.Simulated;
using Ccm.Engine.Leadership;
using Ccm.Engine.Lifecycle;
using Ccm.Engine.Scaling;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Components;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Week;

/// <summary>
/// The engine's own planners, reconcilers and transactions, moved on by a clock that jumps from one moment at which something is due to
/// the next. Its loops' bodies are called in turn instead of running side by side; everything else is as it runs.
/// </summary>
internal sealed class WeekEngine : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(5);
    private readonly TemporaryDirectory _folder = new();
    private readonly EmbeddedDatabase _database;
    private readonly PlanningTimes _times = new(TimeSpan.FromMinutes(5), 1);
    private readonly IOptions<SimulatorOptions> _simulator = Options.Create(new SimulatorOptions { Speed = 1, StartFailureRate = 0.02 });
    private readonly PriorityQueue<string, DateTimeOffset> _wakes = new();
    private readonly Dictionary<string, DateTimeOffset> _wakeOf = [];
    private readonly FleetSubscription _changes;
    private Task<FleetChange> _next;
    private long _seen, _planned;
    private Leading _leading = null!;
    private DateTimeOffset _beat, _sweep;

    private WeekEngine(int seed)
    {
        Store = new WeekStore(State, new Random(seed), Time);
        _database = EmbeddedDatabase.Open(_folder.Path);
        Trail = new SqliteAuditTrail(_database);
        Cache = new WatchCache(State, Time, NullLogger<WatchCache>.Instance);
        Control = new ControlPlane(Store, new SqliteDefinitionDocuments(_database, Time), new SqliteTemplateDocuments(_database, Time), Trail, Cache,
            Options.Create(new ControlOptions()), _times, Time, NullLogger<ControlPlane>.Instance);
        Fleet = new SimulatedFleet(State, _simulator, _times, Time);
        Hosts = new WeekHosts(new SimulatedFleet(Store, _simulator, _times, Time), Time);
        _changes = Cache.Subscribe();
        _next = _changes.NextAsync(CancellationToken.None);
    }

    public ManualTime Time { get; } = new();

    public MemoryStateStore State { get; } = new();

    public WeekStore Store { get; }

    public WatchCache Cache { get; }

    public ControlPlane Control { get; }

    public SqliteAuditTrail Trail { get; }

    /// <summary>As the world sees it, which no fault comes between.</summary>
    public SimulatedFleet Fleet { get; }

    public WeekHosts Hosts { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    public static async Task<WeekEngine> StartAsync(int seed)
    {
        var engine = new WeekEngine(seed);
        await engine.Cache.StartAsync(CancellationToken.None);
        await engine.Cache.Ready.OrLate();
        await engine.ElectAsync();
        return engine;
    }

    /// <summary>Another replica leads: the keys are new, and whoever led before has lost what it held in memory.</summary>
    /// <returns>The fence of the term before, which holds no more.</returns>
    public async Task<StateGuard?> ElectAsync()
    {
        var before = _leading?.Controller.Fence;
        _leading = new Leading(this, await TakeAsync(StateKeys.SchedulerLeader), await TakeAsync(StateKeys.ControllerLeader));
        await Cache.ReachedAsync(State.Revision, CancellationToken.None);
        foreach (var key in ControllerLoop.KeysOf(Cache.Current))
            WakeAt(key, Now);
        return before;
    }

    /// <summary>Works until nothing more is due at this moment, then jumps to the next, up to <paramref name="until"/>.</summary>
    public async Task RunAsync(DateTimeOffset until)
    {
        while (true)
        {
            await SettleAsync();
            var next = new[] { until, _beat, _wakes.TryPeek(out _, out var wake) ? wake : until }.Min();
            if (next > Now)
                Time.Jump(next - Now);
            if (Now >= until)
                return;
        }
    }

    /// <summary>What every loop of the engine would do now.</summary>
    private async Task SettleAsync()
    {
        var (scheduler, term) = (_leading.Scheduler, _leading.Controller);
        var ticks = Now >= _beat;
        for (var revision = -1L; revision != State.Revision;)
        {
            revision = State.Revision;
            await Cache.ReachedAsync(revision, CancellationToken.None);
            await TakeChangesAsync();
            if (ticks || revision != _planned)
            {
                for (var plan = _leading.Placing.Plan(); !plan.Batches.IsEmpty && await _leading.Placing.CarryOutAsync(scheduler, plan); plan = _leading.Placing.Plan())
                {
                }
                await TryAsync(() => _leading.Scaling.PassAsync(term));
                _planned = revision;
            }
            while (_wakes.TryPeek(out var key, out var at) && at <= Now)
            {
                _wakes.Dequeue();
                if (_wakeOf.GetValueOrDefault(key) == at && _wakeOf.Remove(key))
                    await StepAsync(term, key);
            }
        }
        if (!ticks)
            return;
        _beat = Now + Beat;
        if (Now >= _sweep)
        {
            _sweep = Now + Sweep;
            await TryAsync(() => _leading.Lifecycle.SweepOnceAsync(term));
        }
        await RelayAsync();
    }

    /// <summary>Every event into the trail; when the store is away they wait.</summary>
    public Task RelayAsync() => Store.Away ? Task.CompletedTask : _leading.Relay.DrainAsync(_leading.Controller.Fence, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _changes.Dispose();
        await Cache.StopAsync(CancellationToken.None);
        Cache.Dispose();
        Control.Dispose();
        _database.Dispose();
        _folder.Dispose();
    }

    private async Task StepAsync(LeaderTerm term, string key)
    {
        TimeSpan? again = Backoff;
        await TryAsync(async () => again = await _leading.Lifecycle.StepAsync(term, key));
        await Cache.ReachedAsync(State.Revision, CancellationToken.None);
        if (again is { } delay)
            WakeAt(key, Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero));
    }

    private async Task TakeChangesAsync()
    {
        while (_seen < Cache.Current.Revision)
        {
            var change = await _next;
            (_seen, _next) = (change.After.Revision, _changes.NextAsync(CancellationToken.None));
            foreach (var key in ControllerLoop.KeysOf(change))
                WakeAt(key, Now);
        }
    }

    private void WakeAt(string key, DateTimeOffset at)
    {
        if (_wakeOf.TryGetValue(key, out var known) && known <= at)
            return;
        _wakeOf[key] = at;
        _wakes.Enqueue(key, at);
    }

    /// <summary>As the loops do: what a store or a host refuses or does not answer is tried again later, anything else is a bug.</summary>
    private static async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception exception) when (exception is StateStoreUnavailableException or HostUnreachableException or RefusedException)
        {
            // Again at the next beat.
        }
    }

    private async Task<LeaderTerm> TakeAsync(string key)
    {
        await State.CommitAsync(new StateTransaction { Deletes = [key] }, CancellationToken.None);
        var value = DomainJson.Write(new LeaderEntry("week", "", Now, 0));
        var taken = (CommitResult.Committed)await State.CommitAsync(new StateTransaction { Puts = [new StatePut(key, value)] }, CancellationToken.None);
        return new LeaderTerm(new StateGuard.Created(key, taken.Revision), Now, await State.GrantLeaseAsync(TimeSpan.FromSeconds(5), CancellationToken.None), CancellationToken.None);
    }

    /// <summary>What one replica has in memory while it leads.</summary>
    private sealed class Leading
    {
        public Leading(WeekEngine engine, LeaderTerm scheduler, LeaderTerm controller)
        {
            var (control, cache, time, times) = (engine.Control, engine.Cache, engine.Time, engine._times);
            var lifecycle = Options.Create(new LifecycleOptions());
            var hosts = new HostRegistry([engine.Hosts]);
            var leftBehind = new LeftBehind(cache, hosts, engine.Store, NullLogger<LeftBehind>.Instance);
            (Scheduler, Controller) = (scheduler, controller);
            Placing = new SchedulerLoop(control, cache, times, time, NullLogger<SchedulerLoop>.Instance);
            Scaling = new ScalingLoop(control, cache, times, Options.Create(new ScalingOptions()), time, NullLogger<ScalingLoop>.Instance);
            Relay = new AuditRelay(engine.State, engine.Trail, cache, time, NullLogger<AuditRelay>.Instance);
            Lifecycle = new ControllerLoop(
                cache,
                new InstanceReconciler(control, cache, hosts, times, lifecycle, time, NullLogger<InstanceReconciler>.Instance),
                new WorkerReconciler(control, cache, hosts, leftBehind, times, lifecycle, time, NullLogger<WorkerReconciler>.Instance),
                new HostSweep(control, cache, hosts, leftBehind, time, NullLogger<HostSweep>.Instance),
                new Retention(control, cache, engine.State, engine.Trail, Options.Create(new RetentionOptions()), time, NullLogger<Retention>.Instance),
                new DocumentSweep(engine.State, new SqliteDefinitionDocuments(engine._database, time), new SqliteTemplateDocuments(engine._database, time), time, NullLogger<DocumentSweep>.Instance),
                lifecycle, time, NullLogger<ControllerLoop>.Instance);
        }

        public LeaderTerm Scheduler { get; }

        public LeaderTerm Controller { get; }

        public SchedulerLoop Placing { get; }

        public ScalingLoop Scaling { get; }

        public AuditRelay Relay { get; }

        public ControllerLoop Lifecycle { get; }
    }
}
