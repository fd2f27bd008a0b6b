using System.Text;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.State;
using Ccm.Engine.State.Embedded;
using Ccm.Tests.Domain;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Scheduling;

/// <summary>What stands under one key and cannot be read, or is not heard of, holds up nothing but what it belongs to.</summary>
public sealed class UnreadableValueTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _folder = new();
    private EmbeddedDatabase _database = null!;
    private SqliteStateStore _store = null!;
    private IStateLease _lease = null!;
    private StateGuard _fence = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = EmbeddedDatabase.Open(_folder.Path);
        _store = new SqliteStateStore(_database, TimeProvider.System);
        _lease = await _store.GrantLeaseAsync(TimeSpan.FromMinutes(1), Stop);
        _fence = new StateGuard.Created(StateKeys.SchedulerLeader, await PutAsync(new StatePut(StateKeys.SchedulerLeader, "{}"u8.ToArray(), _lease.Id)));
    }

    public async ValueTask DisposeAsync()
    {
        await _lease.DisposeAsync();
        await _store.DisposeAsync();
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_OneInstanceUnreadable_OthersOnItsWorkerArePlaced()
    {
        await PutAsync(Instance("i-0"));
        await using var scheduler = await StartAsync(_store);
        var damaged = await PutAsync(Damaged(StateKeys.InstanceState("i-0")));

        await PutAsync(Instance("i-1"), Instance("i-2"));
        await PutAsync(Worker("w-0"));

        await scheduler.PlacedAsync(2);
        var left = scheduler.Cache.Current.Instances["i-0"];
        Assert.Equal((InstanceState.Pending, damaged), (left.Value.State, left.Unreadable!.Revision));
    }

    [Theory]
    [InlineData("state")]
    [InlineData("capacity")]
    [InlineData("ports")]
    public async Task Run_OneWorkerUnreadable_LabsGoToAnother(string key)
    {
        await PutAsync(Worker("w-0"));
        await using var scheduler = await StartAsync(_store);
        await PutAsync(Damaged($"/ccm/workers/w-0/{key}"));

        await PutAsync(Worker("w-1"));
        await PutAsync(Instance("i-0"));

        await scheduler.PlacedAsync(1);
        Assert.Equal("w-1", scheduler.Cache.Current.Instances["i-0"].WorkerId);
    }

    [Fact]
    public async Task Run_OneInstanceChangedUnheard_OthersOnItsWorkerArePlaced()
    {
        await PutAsync(Instance("i-0"));
        await using var scheduler = await StartAsync(new DeafStore(_store, StateKeys.InstanceState("i-0")));
        var changed = await PutAsync(Instance("i-0"));

        await PutAsync(Instance("i-1"), Instance("i-2"));
        await PutAsync(Worker("w-0"));

        await scheduler.PlacedAsync(2);
        Assert.Equal(changed, (await _store.GetAsync(StateKeys.InstanceState("i-0"), Stop))!.ModRevision);
        var ports = scheduler.Cache.Current.Instances.Values.SelectMany(entry => entry.Value.Ports.Values).ToList();
        Assert.Equal(8, ports.Distinct().Count());
        Assert.Equal(Sample.Worker().Declared - Sample.Instance().Demand - Sample.Instance().Demand, scheduler.Cache.Current.Workers["w-0"].Available);
    }

    private Task<TestScheduler> StartAsync(IStateStore store) => TestScheduler.StartAsync(store, _database, _fence, _lease);

    private static StatePut[] Instance(string id) => [new(StateKeys.InstanceState(id), DomainJson.Write(Sample.Instance(id)))];

    private static StatePut[] Worker(string id) =>
    [
        new(StateKeys.WorkerState(id), DomainJson.Write(Sample.Worker(id))),
        new(StateKeys.WorkerCapacity(id), DomainJson.Write(AvailableCapacity.Of(Sample.Worker(id).Declared, Sample.Now))),
        new(StateKeys.WorkerPorts(id), Encoding.UTF8.GetBytes(PortBitmap.Empty(Sample.Worker(id).PortRange).ToString())),
    ];

    private static StatePut[] Damaged(string key) => [new(key, "{\"not\": this"u8.ToArray())];

    private Task<long> PutAsync(params StatePut[][] puts) => PutAsync([.. puts.SelectMany(put => put)]);

    private async Task<long> PutAsync(params StatePut[] puts) =>
        Assert.IsType<CommitResult.Committed>(await _store.CommitAsync(new StateTransaction { Puts = [.. puts] }, Stop)).Revision;
}
