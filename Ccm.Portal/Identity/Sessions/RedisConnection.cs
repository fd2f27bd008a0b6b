using StackExchange.Redis;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>The one connection to Redis, made at first use. It is there even while Redis is not, and finds it again by itself.</summary>
internal sealed class RedisConnection(ConfigurationOptions options) : IAsyncDisposable
{
    // Elsewhere, since the client shakes hands on the caller's thread, and with a server that never answers for ever.
    private readonly Lazy<Task<IConnectionMultiplexer>> _connecting = new(() => Task.Run<IConnectionMultiplexer>(async () => await ConnectionMultiplexer.ConnectAsync(options)));

    public ConfigurationOptions Options => options;

    /// <exception cref="TimeoutException">It is not even clear yet that Redis is away.</exception>
    public Task<IConnectionMultiplexer> GetAsync() => _connecting.Value.WaitAsync(TimeSpan.FromMilliseconds(options.ConnectTimeout), TimeProvider.System);

    public async Task<IDatabase> DatabaseAsync() => (await GetAsync()).GetDatabase();

    public async ValueTask DisposeAsync()
    {
        if (_connecting is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await GetAsync()).DisposeAsync();
    }
}
