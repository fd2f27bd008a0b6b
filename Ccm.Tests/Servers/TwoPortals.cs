namespace Ccm.Tests.Servers;

/// <summary>
/// A class's fixture: two portals side by side on <see cref="RealStores"/> of their own, begun at the same moment on empty stores, so that
/// they race for all that is made once.
/// </summary>
public sealed class TwoPortals : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<(RealStores, PortalProcess, PortalProcess)>? _started;

    /// <summary>Both ready. Skips the calling test when a server cannot be had.</summary>
    public Task<(RealStores Stores, PortalProcess One, PortalProcess Two)> GetAsync()
    {
        lock (_lock)
            return _started ??= StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_started is { IsCompletedSuccessfully: true } started)
            await (await started).Item1.DisposeAsync();
    }

    private static async Task<(RealStores, PortalProcess, PortalProcess)> StartAsync()
    {
        var stores = await RealStores.StartAsync();
        try
        {
            var portals = await Task.WhenAll(stores.StartPortalAsync("--Ccm:ReplicaId=one"), stores.StartPortalAsync("--Ccm:ReplicaId=two"));
            return (stores, portals[0], portals[1]);
        }
        catch
        {
            await stores.DisposeAsync();
            throw;
        }
    }
}
