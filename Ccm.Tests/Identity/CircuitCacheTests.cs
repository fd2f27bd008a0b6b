using System.Text;
using Ccm.Portal;
using Ccm.Portal.Live;
using Ccm.Tests.Servers;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Ccm.Tests.Identity;

/// <summary>What a paused circuit held is found by another replica, and by nobody who reads Redis.</summary>
public sealed class CircuitCacheTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task State_OfOneReplica_IsFoundByAnother()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);

        var cache = one.Services.GetRequiredService<IOptions<CircuitOptions>>().Value.HybridPersistenceCache!;
        await cache.SetAsync("circuit-1", "a draft", cancellationToken: TestContext.Current.CancellationToken);
        var found = await two.Services.GetRequiredService<HybridCache>().GetOrCreateAsync("circuit-1", _ => ValueTask.FromResult("nothing"), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("a draft", found);
        Assert.Equal("1", await redis.SendAsync("EVAL \"return #redis.call('keys','ccm:circuit:*')\" 0"));
        Assert.Equal("0", await redis.SendAsync("EVAL \"local n = 0 for _, k in ipairs(redis.call('keys','ccm:circuit:*')) do if string.find(redis.call('hget', k, 'data'), 'draft') then n = n + 1 end end return n\" 0"));
    }

    /// <summary>What other keys sealed is as good as not there.</summary>
    [Fact]
    public async Task State_SealedByForeignKeys_IsNotRead()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await StartAsync(redis);
        var cache = host.Services.GetRequiredKeyedService<IDistributedCache>(CircuitCache.Service);
        await cache.SetAsync("mine", Encoding.UTF8.GetBytes("a draft"), TestContext.Current.CancellationToken);
        await redis.SendAsync("EVAL \"for _, k in ipairs(redis.call('keys','ccm:circuit:mine')) do redis.call('hset', k, 'data', 'forged') end return 0\" 0");

        await Assert.ThrowsAnyAsync<System.Security.Cryptography.CryptographicException>(() => cache.GetAsync("mine", TestContext.Current.CancellationToken));
    }

    public void Dispose() => _directory.Dispose();

    private Task<IdentityHost> StartAsync(RedisServer redis) => IdentityHost.StartAsync(_directory.Path, new() { ["ConnectionStrings:redis"] = redis.Endpoint }, services =>
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddSharedCircuitState();
    });
}
