using Ccm.Engine.State.Etcd;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Bench.Sizing;

/// <summary>A replica that comes up: how long until its cache holds everything, and how much memory that takes.</summary>
internal static class ReplicaStart
{
    /// <returns>Bytes that stay after a full collection.</returns>
    public static async Task<(TimeSpan Took, long Bytes)> MeasureAsync(string endpoint)
    {
        await using var store = new EtcdStateStore(endpoint, TimeProvider.System, NullLogger<EtcdStateStore>.Instance);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var cache = new WatchCache(store, TimeProvider.System, NullLogger<WatchCache>.Instance);
        var began = TimeProvider.System.GetTimestamp();
        await cache.StartAsync(CancellationToken.None);
        await cache.Ready;
        var took = TimeProvider.System.GetElapsedTime(began);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        await cache.StopAsync(CancellationToken.None);
        GC.KeepAlive(cache);
        return (took, bytes);
    }
}
