using Microsoft.Extensions.Caching.Distributed;

namespace Ccm.Tests.Components;

/// <summary>A cache with nothing in it, which the test takes away.</summary>
internal sealed class BreakableCache : IDistributedCache
{
    /// <summary>Thrown by whatever is asked; null: it answers.</summary>
    public Exception? Fault { get; set; }

    public byte[]? Get(string key) => Fault is { } fault ? throw fault : null;

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Task.FromResult(Get(key));

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => Get(key);

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) => GetAsync(key, token);

    public void Refresh(string key) => Get(key);

    public Task RefreshAsync(string key, CancellationToken token = default) => GetAsync(key, token);

    public void Remove(string key) => Get(key);

    public Task RemoveAsync(string key, CancellationToken token = default) => GetAsync(key, token);
}
