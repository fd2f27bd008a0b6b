using System.Collections.Immutable;
using Ccm.Engine.State;
using Ccm.Tests.Faults.Checking;
using Ccm.Tests.Identity;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Faults;

/// <summary>What a fault test needs beside two replicas on one etcd.</summary>
internal sealed record WorldPlan
{
    public int Replicas { get; init; } = 2;

    /// <summary>Three etcd members instead of one server.</summary>
    public bool ThreeMembers { get; init; }

    /// <summary>Each replica reaches etcd by a way of its own that a test can break.</summary>
    public bool LossyEtcd { get; init; }

    /// <summary>Callers reach each replica by such a way.</summary>
    public bool LossyDoors { get; init; }

    /// <summary>All replicas reach MongoDB by <see cref="FaultWorld.DocumentsWay"/>.</summary>
    public bool LossyDocuments { get; init; }

    public ImmutableArray<string> Settings { get; init; } = [];
}

/// <param name="DoorWay">Between callers and it, where the plan asks for it.</param>
/// <param name="EtcdWay">Between it and etcd, likewise.</param>
internal sealed record Replica(string Name, PortalProcess Portal, LossyProxy? DoorWay, LossyProxy? EtcdWay)
{
    public Door Door => new(Name, DoorWay is null ? Portal.Address : new Uri($"http://{DoorWay.Endpoint}"));
}

/// <summary>The whole system on real servers, people at work on it, and a recorder beside it. A test breaks something, then lets it be checked.</summary>
internal sealed class FaultWorld : IAsyncDisposable
{
    /// <summary>etcd grants no shorter one.</summary>
    public static readonly TimeSpan LeaseTtl = TimeSpan.FromSeconds(2);

    /// <summary>A kill costs the lease's time, and etcd looks for leases that ran out twice a second.</summary>
    public static readonly TimeSpan Takeover = LeaseTtl + TimeSpan.FromSeconds(1);

    /// <summary>For a lab reserved after a fault to have its place: generous, since machines that run tests are busy.</summary>
    public static readonly TimeSpan Service = LeaseTtl + TimeSpan.FromSeconds(10);

    private readonly List<FaultMark> _faults = [];
    private readonly List<IAsyncDisposable> _owned = [];

    private FaultWorld(int seed) => (Seed, Random) = (seed, new Random(seed));

    /// <summary>From <c>CCM_TEST_FAULT_SEED</c>, else another one each time.</summary>
    public int Seed { get; }

    /// <summary>For choosing when and whom a fault meets.</summary>
    public Random Random { get; }

    /// <summary>One server, or three members.</summary>
    public ImmutableArray<EtcdServer> Etcd { get; private set; } = [];

    public MongoServer Documents { get; private set; } = null!;

    /// <summary>Null where the plan does not ask for it.</summary>
    public LossyProxy? DocumentsWay { get; private set; }

    public RedisServer Sessions { get; private set; } = null!;

    public StateRecorder Recorder { get; private set; } = null!;

    public ImmutableArray<Replica> Replicas { get; private set; } = [];

    public CallSender Sender { get; private set; } = null!;

    public Traffic Traffic { get; private set; } = null!;

    public IReadOnlyList<FaultMark> Faults => _faults;

    /// <summary>Everything runs and people are at work when this returns.</summary>
    public static async Task<FaultWorld> StartAsync(WorldPlan plan)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CCM_TEST_FAULT_SEED"), out var given) ? given : Random.Shared.Next(1, 1_000_000);
        var world = new FaultWorld(seed);
        try
        {
            await world.BuildAsync(plan);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes down that something is done now.</summary>
    /// <param name="away">Who leads no more.</param>
    /// <param name="serves">Service must be back soon after.</param>
    public void Mark(string what, Replica? away = null, bool serves = false) => _faults.Add(new FaultMark(
        TimeProvider.System.GetUtcNow(), what, [.. Recorder.Current.Leaders.Where(leader => leader.Value.ReplicaId == away?.Name).Select(leader => leader.Key)], Takeover, serves ? Service : null));

    /// <summary>People go on for so long.</summary>
    public static Task GoOnAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>Who leads the controller now.</summary>
    public async Task<Replica> LeaderAsync()
    {
        var snapshot = await Recorder.UntilAsync(now => now.Leaders.ContainsKey(StateKeys.ControllerLeader), "somebody leads");
        return Replicas.Single(replica => replica.Name == snapshot.Leaders[StateKeys.ControllerLeader].ReplicaId);
    }

    /// <summary>People go on until a lab that was reserved since the last mark has its place; or else until it is too late, which the checker then finds.</summary>
    public async Task ServedAsync()
    {
        var (since, began) = (_faults[^1].At, TimeProvider.System.GetTimestamp());
        while (TimeProvider.System.GetElapsedTime(began) < Service && !Recorder.Current.Instances.Values.Any(entry => entry.Value.CreatedAt >= since && entry.Value.HoldsPlace))
            await GoOnAsync(0.05);
    }

    /// <summary>Ends the traffic once service is back, waits until all is quiet, and holds what is left behind against the invariants.</summary>
    public async Task CheckAsync()
    {
        if (_faults is [.., { ServiceWithin: not null }])
            await ServedAsync();
        await Verdict.PassAsync(this);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
            await owned.DisposeAsync();
        Sender?.Dispose();
    }

    private async Task BuildAsync(WorldPlan plan)
    {
        Etcd = plan.ThreeMembers ? [.. Own(await EtcdCluster.StartAsync()).Members] : [Own(await EtcdServer.StartAsync())];
        var endpoints = string.Join(',', Etcd.Select(member => member.Endpoint));
        Recorder = Own(new StateRecorder(endpoints));
        Documents = Own(await MongoServer.StartAsync());
        var documents = new Uri(Documents.ConnectionString).Authority;
        DocumentsWay = plan.LossyDocuments ? Own(new LossyProxy(documents)) : null;
        Sessions = Own(await RedisServer.StartAsync());
        var provider = Own(await ExternalProvider.StartAsync());
        var tokens = Roles.All.ToDictionary(role => role, role => provider.AccessTokenOf(Call.CallerOf(role), $"lab-{role}"));
        string[] settings =
        [
            .. provider.Settings().Select(pair => $"--{pair.Key}={pair.Value}"), .. Roles.All.Select(role => $"--Authentication:Oidc:RoleMap:lab-{role}={role}"),
            $"--ConnectionStrings:mongodb={Documents.ConnectionString.Replace(documents, DocumentsWay?.Endpoint ?? documents, StringComparison.Ordinal)}",
            $"--ConnectionStrings:redis={Sessions.Endpoint}", "--Ccm:DataDirectory=/proc/none", $"--Ccm:Leadership:LeaseTtl={LeaseTtl:c}", "--Ccm:Simulator:Speed=1200", "--Ccm:Lifecycle:Sweep=00:00:02", "--Ccm:Seed:DemoLabs=false", .. plan.Settings,
        ];
        Replicas = [.. await Task.WhenAll(Enumerable.Range(1, plan.Replicas).Select(n => StartReplicaAsync(plan, $"replica-{n}", endpoints, tokens[Roles.Admin], settings)))];
        var doors = Replicas.Select(replica => replica.Door).ToImmutableArray();
        Sender = new CallSender(doors, tokens);
        Traffic = new Traffic(Seed, Sender, doors);
        await Recorder.UntilAsync(now => now.Leaders.Count == 2 && now.Templates.Count == 3, "both leaders stand and the templates are seeded");
        await Traffic.PrepareAsync();
        Traffic.Start();
    }

    private async Task<Replica> StartReplicaAsync(WorldPlan plan, string name, string endpoints, string token, string[] settings)
    {
        var way = plan.LossyEtcd ? Own(new LossyProxy(endpoints)) : null;
        var portal = Own(await PortalProcess.StartTrustingAsync(token,
            [$"--Ccm:ReplicaId={name}", $"--ConnectionStrings:etcd={way?.Endpoint ?? endpoints}", .. settings]));
        return new Replica(name, portal, plan.LossyDoors ? Own(new LossyProxy(portal.Address.Authority)) : null, way);
    }

    private T Own<T>(T owned) where T : IAsyncDisposable
    {
        lock (_owned)
            _owned.Add(owned);
        return owned;
    }
}
