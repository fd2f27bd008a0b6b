using Ccm.Tests.Servers;

[assembly: AssemblyFixture(typeof(SharedEtcd))]

namespace Ccm.Tests.Servers;

/// <summary>
/// One etcd for all tests of a run that keep to keys of their own and do not count revisions; started when the first asks. Tests of the
/// whole engine, whose keys are fixed, start their own with <see cref="EtcdServer.StartAsync"/>.
/// </summary>
public sealed class SharedEtcd : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<EtcdServer>? _server;

    /// <summary>Skips the calling test when none can be had.</summary>
    public Task<EtcdServer> GetAsync()
    {
        lock (_lock)
            return _server ??= EtcdServer.ObtainAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { IsCompletedSuccessfully: true } server)
            await (await server).DisposeAsync();
    }
}
