using StackExchange.Redis;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>Where tickets lie: Redis when <c>ConnectionStrings:redis</c> names one, else the memory of this process.</summary>
internal static class SessionCache
{
    /// <summary>Milliseconds. A browser waits so long for a page at the most when Redis hangs.</summary>
    private const int LongestConnect = 2000;

    /// <summary>Milliseconds; less than a health check waits, so that it can tell what is wrong.</summary>
    private const int LongestAnswer = 1000;

    /// <exception cref="SettingsException">The connection string cannot be read.</exception>
    public static void AddSessionCache(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration.GetConnectionString("redis") is not { Length: > 0 } text)
        {
            services.AddDistributedMemoryCache();
            services.AddSingleton<ISessionRegistry, MemorySessionRegistry>();
            return;
        }

        var redis = new RedisConnection(Read(text));
        services.AddSingleton(_ => redis);
        services.AddSingleton<ISessionRegistry, RedisSessionRegistry>();
        services.AddStackExchangeRedisCache(options => options.ConnectionMultiplexerFactory = redis.GetAsync);
    }

    /// <summary>Settings with which the portal outlives Redis. Refuses what cannot be read, at start and in words; the text may hold a password and is not repeated.</summary>
    public static ConfigurationOptions Read(string text)
    {
        ConfigurationOptions options;
        try
        {
            options = ConfigurationOptions.Parse(text);
        }
        catch (ArgumentException)
        {
            throw new SettingsException("ConnectionStrings:redis cannot be read: give host:port and options as StackExchange.Redis takes them, with commas between.");
        }
        if (options.EndPoints.Count == 0)
            throw new SettingsException("ConnectionStrings:redis names no server: give host:port.");

        // The portal starts and runs on without Redis, and finds it again by itself.
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ReconnectRetryPolicy = new LinearRetry(LongestAnswer);
        options.ConnectTimeout = Math.Min(options.ConnectTimeout, LongestConnect);
        options.SyncTimeout = Math.Min(options.SyncTimeout, LongestAnswer);
        options.AsyncTimeout = Math.Min(options.AsyncTimeout, LongestAnswer);
        return options;
    }
}
