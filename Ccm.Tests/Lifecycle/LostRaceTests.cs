using System.Text;
using Ccm.Engine.Control;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.Hosts;
using Ccm.Engine.Leadership;
using Ccm.Engine.Lifecycle;
using Ccm.Engine.State;
using Ccm.Engine.State.Embedded;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using Ccm.Tests.Scheduling;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Ccm.Tests.Lifecycle;

/// <summary>A key whose step is refused every time is tried again ever more rarely, and at once again when it got on.</summary>
public sealed class LostRaceTests : IAsyncLifetime
{
    private const string Id = "i-1";
    private readonly TemporaryDirectory _folder = new();
    private readonly FakeTimeProvider _time = new(Sample.Now);
    private EmbeddedDatabase _database = null!;
    private SqliteStateStore _store = null!;
    private IStateLease _lease = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = EmbeddedDatabase.Open(_folder.Path);
        _store = new SqliteStateStore(_database, TimeProvider.System);
        _lease = await _store.GrantLeaseAsync(TimeSpan.FromMinutes(1), Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _lease.DisposeAsync();
        await _store.DisposeAsync();
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task LookAsync_ChangeUnheard_PausesLongerAndLongerUntilItGetsOn()
    {
        // Its worker drains, so that it goes back to PENDING; its slot is over, so that it ends then.
        await PutAsync(Instance());
        await PutWorkerAsync();
        var deaf = new DeafStore(_store, StateKeys.InstanceState(Id));
        using var cache = new WatchCache(deaf, TimeProvider.System, NullLogger<WatchCache>.Instance);
        await cache.StartAsync(Stop);
        await cache.Ready.OrLate();
        using var control = new ControlPlane(deaf, new SqliteDefinitionDocuments(_database, _time), new SqliteTemplateDocuments(_database, _time), new SqliteAuditTrail(_database),
            cache, Options.Create(new ControlOptions()), new PlanningTimes(TimeSpan.FromMinutes(5), 1), TimeProvider.System, NullLogger<ControlPlane>.Instance);
        var settings = Options.Create(new LifecycleOptions());
        var instances = new InstanceReconciler(control, cache, new HostRegistry([]), new PlanningTimes(TimeSpan.FromMinutes(5), 1), settings, _time, NullLogger<InstanceReconciler>.Instance);
        var loop = new ControllerLoop(cache, instances, null!, null!, null!, null!, settings, _time, NullLogger<ControllerLoop>.Instance);
        var term = await LeadAsync();

        await PutAsync(Instance());
        await AssertPausesAsync(loop, term, 50, 100, 200, 400, 800, 1000, 1000);

        deaf.Deaf = false;
        await cache.ReachedAsync(await PutAsync(Instance()), Stop);
        await AssertPausesAsync(loop, term, 0);
        Assert.Equal(InstanceState.Pending, cache.Current.Instances[Id].Value.State);

        deaf.Deaf = true;
        await PutAsync(Instance());
        await AssertPausesAsync(loop, term, 50, 100);
        await cache.StopAsync(CancellationToken.None);
    }

    private static async Task AssertPausesAsync(ControllerLoop loop, LeaderTerm term, params double[] milliseconds)
    {
        var pauses = new List<double>();
        foreach (var _ in milliseconds)
            pauses.Add((await loop.LookAsync(term, Subjects.Instance(Id)))!.Value.TotalMilliseconds);
        Assert.Equal(milliseconds, pauses);
    }

    private static LabletInstance Instance() => Sample.Instance(Id, InstanceState.Scheduled) with { AsSoonAsPossible = false, TimeslotEnd = Sample.Now.AddMinutes(-1), Request = Sample.Request(ports: 0) };

    private async Task<LeaderTerm> LeadAsync() =>
        new(new StateGuard.Created(StateKeys.ControllerLeader, await PutAsync(new StatePut(StateKeys.ControllerLeader, "{}"u8.ToArray()))), Sample.Now, _lease, Stop);

    private Task<long> PutAsync(LabletInstance instance) =>
        PutAsync(new StatePut(StateKeys.InstanceState(Id), DomainJson.Write(instance)), new StatePut(StateKeys.InstanceWorker(Id), "w-1"u8.ToArray()));

    private async Task PutWorkerAsync()
    {
        var worker = Sample.Worker(state: WorkerState.Draining);
        await PutAsync(
            new StatePut(StateKeys.WorkerState(worker.Id), DomainJson.Write(worker)),
            new StatePut(StateKeys.WorkerCapacity(worker.Id), DomainJson.Write(AvailableCapacity.Of(worker.Declared - Instance().Demand, Sample.Now))),
            new StatePut(StateKeys.WorkerPorts(worker.Id), Encoding.UTF8.GetBytes(PortBitmap.Empty(worker.PortRange).ToString())));
    }

    private async Task<long> PutAsync(params StatePut[] puts) =>
        Assert.IsType<CommitResult.Committed>(await _store.CommitAsync(new StateTransaction { Puts = [.. puts] }, Stop)).Revision;
}
