namespace Ccm.Tests.Servers;

/// <summary>
/// etcd, a MongoDB-compatible server and Redis of the caller's own, and portals side by side on them as an operator would run them:
/// processes on ports of their own that share no folder. Skips the calling test when one of the servers cannot be had.
/// </summary>
public sealed class RealStores : IAsyncDisposable
{
    private readonly List<PortalProcess> _portals = [];

    private RealStores(EtcdServer etcd, MongoServer mongo, RedisServer redis) => (Etcd, Mongo, Redis) = (etcd, mongo, redis);

    public EtcdServer Etcd { get; }

    public MongoServer Mongo { get; }

    public RedisServer Redis { get; }

    /// <summary>What points a portal at the three. Its data directory cannot be: nothing may want one.</summary>
    public string[] Arguments =>
    [
        $"--ConnectionStrings:etcd={Etcd.Endpoint}", $"--ConnectionStrings:mongodb={Mongo.ConnectionString}", $"--ConnectionStrings:redis={Redis.Endpoint}",
        "--Ccm:DataDirectory=/proc/none",
    ];

    public static async Task<RealStores> StartAsync() => new(await EtcdServer.StartAsync(), await MongoServer.StartAsync(), await RedisServer.StartAsync());

    /// <summary>One more replica, ready when this returns; ended with the stores.</summary>
    /// <param name="arguments">Beyond <see cref="Arguments"/>, as <c>--Ccm:ReplicaId=one</c>.</param>
    public Task<PortalProcess> StartPortalAsync(params string[] arguments) => KeepAsync(PortalProcess.StartAsync([.. Arguments, .. arguments]));

    /// <summary>The same, ready or not.</summary>
    public Task<PortalProcess> StartUnreadyPortalAsync(params string[] arguments) => KeepAsync(PortalProcess.StartUnreadyAsync([.. Arguments, .. arguments]));

    public async ValueTask DisposeAsync()
    {
        foreach (var portal in _portals)
            await portal.DisposeAsync();
        await Redis.DisposeAsync();
        await Mongo.DisposeAsync();
        await Etcd.DisposeAsync();
    }

    private async Task<PortalProcess> KeepAsync(Task<PortalProcess> starting)
    {
        var portal = await starting;
        lock (_portals)
            _portals.Add(portal);
        return portal;
    }
}
