using StackExchange.Redis;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>The one connection to Redis, made at first use. It is there even while Redis is not, and finds it again by itself.</summary>
internal sealed class RedisConnection(ConfigurationOptions options) : IAsyncDisposable
{
    private readonly Lazy<Task<IConnectionMultiplexer>> _connecting = new(async () => await ConnectionMultiplexer.ConnectAsync(options));

    public ConfigurationOptions Options => options;

    public Task<IConnectionMultiplexer> GetAsync() => _connecting.Value;

    public async Task<IDatabase> DatabaseAsync() => (await GetAsync()).GetDatabase();

    public async ValueTask DisposeAsync()
    {
        if (_connecting is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await GetAsync()).DisposeAsync();
    }
}
