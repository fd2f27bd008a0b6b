using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;

namespace Ccm.Tests.Identity;

/// <summary>A cache that shows what was put into it.</summary>
internal sealed class RememberingCache : IDistributedCache
{
    public ConcurrentDictionary<string, byte[]> Values { get; } = new();

    public byte[]? Get(string key) => Values.GetValueOrDefault(key);

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Task.FromResult(Get(key));

    public void Refresh(string key) { }

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    public void Remove(string key) => Values.TryRemove(key, out _);

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        Remove(key);
        return Task.CompletedTask;
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => Values[key] = value;

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        Set(key, value, options);
        return Task.CompletedTask;
    }
}
