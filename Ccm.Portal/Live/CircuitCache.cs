using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Caching.Distributed;

namespace Ccm.Portal.Live;

/// <summary>Where the state of paused circuits lies for another replica: what a page held is nobody else's business, so it is encrypted.</summary>
internal sealed class CircuitCache(IDistributedCache inner, IDataProtectionProvider protection) : IDistributedCache
{
    /// <summary>By which the hybrid cache finds it.</summary>
    public const string Service = "circuits";

    private readonly IDataProtector _protector = protection.CreateProtector("Ccm.Circuits.v1");

    public byte[]? Get(string key) => Open(inner.Get(key));

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Open(await inner.GetAsync(key, token));

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => inner.Set(key, _protector.Protect(value), options);

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        inner.SetAsync(key, _protector.Protect(value), options, token);

    public void Refresh(string key) => inner.Refresh(key);

    public Task RefreshAsync(string key, CancellationToken token = default) => inner.RefreshAsync(key, token);

    public void Remove(string key) => inner.Remove(key);

    public Task RemoveAsync(string key, CancellationToken token = default) => inner.RemoveAsync(key, token);

    private byte[]? Open(byte[]? value) => value is null ? null : _protector.Unprotect(value);
}
