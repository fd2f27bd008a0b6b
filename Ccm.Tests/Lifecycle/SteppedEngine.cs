using System.Collections.Immutable;
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
using Ccm.Tests.Domain;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Lifecycle;

/// <summary>
/// The engine's loops turned by hand over a simulated fleet, on a clock that the test moves: due labs are placed, every worker and every
/// instance is taken as far as it goes, then time passes. Whatever stands in between is held against what must always be so.
/// </summary>
internal sealed class SteppedEngine : IAsyncDisposable
{
    public const string Lab = "ring";
    private readonly TemporaryDirectory _directory = new();
    private readonly EmbeddedDatabase _documents;
    private readonly InstanceReconciler _instances;
    private readonly WorkerReconciler _workers;
    private readonly HostSweep _sweep;
    private readonly PlanningTimes _times = new(TimeSpan.FromMinutes(5), 60);

    private SteppedEngine(Func<ILabBackend, ILabBackend>? labs)
    {
        _documents = EmbeddedDatabase.Open(_directory.Path);
        Cache = new WatchCache(Store, Time, NullLogger<WatchCache>.Instance);
        Control = NewReplica(Cache);
        Hosts = new SimulatedFleet(Store, Options.Create(new SimulatorOptions()), _times, Time);
        var hosts = new HostRegistry([labs is null ? Hosts : new HostsWith(Hosts, labs(Hosts))]);
        var settings = Options.Create(new LifecycleOptions());
        _instances = new InstanceReconciler(Control, Cache, hosts, _times, settings, Time, NullLogger<InstanceReconciler>.Instance);
        var leftBehind = new LeftBehind(Cache, hosts, Store, NullLogger<LeftBehind>.Instance);
        _workers = new WorkerReconciler(Control, Cache, hosts, leftBehind, _times, settings, Time, NullLogger<WorkerReconciler>.Instance);
        _sweep = new HostSweep(Control, Cache, hosts, leftBehind, Time, NullLogger<HostSweep>.Instance);
    }

    public static Actor Admin { get; } = new("admin", "Admin", [Role.Admin]);

    public MemoryStateStore Store { get; } = new();

    public ManualTime Time { get; } = new();

    public WatchCache Cache { get; }

    public ControlPlane Control { get; }

    public SimulatedFleet Hosts { get; }

    public LeaderTerm Term { get; private set; } = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>With a template <c>metal</c> and a lab of two nodes published.</summary>
    /// <param name="labs">Stands between the engine and the hosts.</param>
    public static async Task<SteppedEngine> StartAsync(Func<ILabBackend, ILabBackend>? labs = null)
    {
        var engine = new SteppedEngine(labs);
        await engine.Cache.StartAsync(Cancelled);
        await engine.Cache.Ready.WaitAsync(Cancelled);
        var leader = (CommitResult.Committed)await engine.Store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.ControllerLeader, "{}"u8.ToArray())] }, Cancelled);
        engine.Term = new LeaderTerm(new StateGuard.Created(StateKeys.ControllerLeader, leader.Revision), engine.Time.GetUtcNow(), await engine.Store.GrantLeaseAsync(TimeSpan.FromMinutes(5), Cancelled), Cancelled);
        await engine.Control.SeedTemplateAsync(Sample.Template(), Cancelled);
        await engine.Control.PublishAsync(Admin, Operation.New(), new PublishRequest { Name = Lab, Version = "1.0.0", LabYaml = LabText.TwoRouters(Lab) }, Cancelled);
        return engine;
    }

    /// <summary>Another replica's control plane over the same stores, which sees what <paramref name="cache"/> has.</summary>
    /// <param name="store">Stands between it and the state store.</param>
    public ControlPlane NewReplica(WatchCache cache, IStateStore? store = null, ControlOptions? options = null) => new(store ?? Store, new SqliteDefinitionDocuments(_documents, Time), new SqliteTemplateDocuments(_documents, Time), new SqliteAuditTrail(_documents),
        cache, Options.Create(options ?? new ControlOptions()), _times, Time, NullLogger<ControlPlane>.Instance);

    public LabletInstance Instance(string id) => Cache.Current.Instances[id].Value;

    public Worker Worker(string id) => Cache.Current.Workers[id].Value;

    public async Task<string> RunningWorkerAsync()
    {
        var id = (await Control.CreateWorkerAsync(Admin, Operation.New(), "metal", "For the test.", null, null, Cancelled)).Id;
        await PassUntilAsync(() => Worker(id).State == WorkerState.Running);
        return id;
    }

    /// <summary>PENDING; it runs when time passes.</summary>
    public async Task<string> ReserveAsync(int minutes = 60) => (await Control.ReserveAsync(Admin, Operation.New(), new ReserveRequest(Lab, DurationMinutes: minutes), Cancelled)).Id;

    public async Task<string> RunningInstanceAsync(int minutes = 60)
    {
        var id = await ReserveAsync(minutes);
        await PassUntilAsync(() => Instance(id).State == InstanceState.Running);
        return id;
    }

    /// <summary>Places what is due, and nothing else.</summary>
    public async Task PlaceAsync()
    {
        var plan = PlacementPlanner.Plan(Cache.Current, Time.GetUtcNow(), _times);
        if (!plan.Placements.IsEmpty)
            await Control.PlaceAsync(Term.Fence, plan.Placements, Cancelled);
        await Cache.ReachedAsync(Store.Revision, Cancelled);
    }

    /// <summary>Takes everything as far as it goes at this moment.</summary>
    public async Task SettleAsync()
    {
        for (var round = 0; round < 200; round++)
        {
            var before = Store.Revision;
            await PlaceAsync();
            foreach (var id in Cache.Current.Workers.Keys)
                await _workers.ReconcileAsync(Term, id);
            foreach (var id in Cache.Current.Instances.Keys)
                await _instances.ReconcileAsync(Term, id);
            await Cache.ReachedAsync(Store.Revision, Cancelled);
            await CheckAsync();
            if (Store.Revision == before)
                return;
        }
        Assert.Fail("It never comes to rest.");
    }

    /// <summary>One look at one instance, as the controller's loop gives it.</summary>
    public Task<TimeSpan?> ReconcileAsync(string instanceId) => _instances.ReconcileAsync(Term, instanceId);

    /// <summary>One pass of scaling, as one that has told nothing yet.</summary>
    /// <param name="store">Stands between it and the state store.</param>
    public async Task ScaleAsync(IStateStore? store = null)
    {
        using var control = NewReplica(Cache, store);
        await NewScaling(control).PassAsync(Term);
        await Cache.ReachedAsync(Store.Revision, Cancelled);
    }

    public ScalingLoop NewScaling(ControlPlane control) => new(control, Cache, _times, Options.Create(new ScalingOptions()), Time, NullLogger<ScalingLoop>.Instance);

    /// <summary>One look at one worker.</summary>
    public Task<TimeSpan?> ReconcileWorkerAsync(string workerId) => _workers.ReconcileAsync(Term, workerId);

    /// <summary>Compares hosts with what should be on them, then settles.</summary>
    public async Task SweepAsync()
    {
        await _sweep.SweepAsync(Term);
        await SettleAsync();
    }

    public async Task PassAsync(TimeSpan time)
    {
        await SettleAsync();
        Time.Jump(time);
        await SettleAsync();
    }

    /// <summary>Lets a second pass and another until it holds.</summary>
    public async Task PassUntilAsync(Func<bool> holds)
    {
        await SettleAsync();
        for (var second = 0; !holds(); second++)
        {
            Assert.True(second < 600, $"It never comes to hold. {string.Join(", ", Cache.Current.Instances.Values.Select(entry => entry.Value))} {string.Join(", ", Cache.Current.Workers.Values.Select(worker => worker.Value))}");
            await PassAsync(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Types of the events told of a resource, oldest first.</summary>
    public async Task<ImmutableArray<string>> ToldAsync(string subject)
    {
        var outbox = await Store.ListAsync(StateKeys.Outbox, 0, Cancelled);
        return [.. outbox.Entries.OrderBy(entry => entry.ModRevision).SelectMany(entry => DomainJson.Read<OutboxEntry>(entry.Value.Span).Events).Where(told => told.Subject == subject).Select(told => told.Type)];
    }

    /// <summary>What its host has, whatever stands between.</summary>
    public async Task<ImmutableArray<HostLab>> LabsOnAsync(string workerId) => [.. await Hosts.ListAsync(Worker(workerId), Cancelled)];

    public async ValueTask DisposeAsync()
    {
        await Cache.StopAsync(CancellationToken.None);
        Cache.Dispose();
        Control.Dispose();
        _documents.Dispose();
        _directory.Dispose();
    }

    /// <summary>The simulated hosts, asked for their labs through another.</summary>
    private sealed class HostsWith(SimulatedFleet hosts, ILabBackend labs) : IWorkerProvider
    {
        public string Name => hosts.Name;

        public ILabBackend Labs => labs;

        public Task CreateAsync(Worker worker, CancellationToken cancellationToken) => hosts.CreateAsync(worker, cancellationToken);

        public Task StartAsync(Worker worker, CancellationToken cancellationToken) => hosts.StartAsync(worker, cancellationToken);

        public Task StopAsync(Worker worker, CancellationToken cancellationToken) => hosts.StopAsync(worker, cancellationToken);

        public Task TerminateAsync(Worker worker, CancellationToken cancellationToken) => hosts.TerminateAsync(worker, cancellationToken);

        public Task<HostDescription?> DescribeAsync(Worker worker, CancellationToken cancellationToken) => hosts.DescribeAsync(worker, cancellationToken);
    }

    /// <summary>What is free and what is held make up each worker, and no host goes down under a lab in use.</summary>
    private async Task CheckAsync()
    {
        foreach (var worker in Cache.Current.Workers.Values)
        {
            var held = Cache.Current.On(worker.Id).Where(entry => entry.Value.HoldsPlace).Select(entry => entry.Value).ToList();
            Assert.Equal(worker.Value.Declared, held.Aggregate(worker.Available, (sum, instance) => sum + instance.Demand));
            Assert.Equal(held.SelectMany(instance => instance.Ports.Values).Distinct().Count(), worker.Ports.Value.AllocatedCount);
            if (!worker.Value.IsGone && held.Any(instance => instance is { State: InstanceState.Running or InstanceState.Collecting or InstanceState.Grading, Target: InstanceTarget.Running }))
                Assert.Equal(HostPhase.Ready, (await Hosts.DescribeAsync(worker.Value, Cancelled))?.Phase);
        }
    }
}
