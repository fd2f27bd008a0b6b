namespace Ccm.Tests.Servers;

/// <summary>Three etcd processes that are one cluster, on free loopback ports. Elections are five times quicker than by default.</summary>
internal sealed class EtcdCluster : IAsyncDisposable
{
    private EtcdCluster(EtcdServer[] members) => Members = members;

    public IReadOnlyList<EtcdServer> Members { get; }

    /// <summary>As <c>ConnectionStrings:etcd</c> takes it.</summary>
    public string Endpoints => string.Join(',', Members.Select(member => member.Endpoint));

    /// <summary>Skips the calling test when there is no program.</summary>
    public static async Task<EtcdCluster> StartAsync()
    {
        var program = await EtcdProgram.FindAsync();
        if (program is null)
        {
            EtcdProgram.WarnOnce();
            Assert.Skip(EtcdProgram.HowToGetOne);
        }
        for (var attempt = 1; ; attempt++)
        {
            var ports = Enumerable.Range(0, 3).Select(_ => EtcdServer.FreePorts()).ToArray();
            var all = string.Join(',', ports.Select((port, n) => $"m{n}=http://127.0.0.1:{port.Peer}"));
            var cluster = new EtcdCluster([.. ports.Select((port, n) => EtcdServer.Prepare(program, $"m{n}", port.Client, port.Peer, all, "http", "--heartbeat-interval", "50", "--election-timeout", "500"))]);
            try
            {
                await Task.WhenAll(cluster.Members.Select(member => member.RestartAsync()));
                return cluster;
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                // Another process took a port meanwhile.
                await cluster.DisposeAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
            await member.DisposeAsync();
    }
}
