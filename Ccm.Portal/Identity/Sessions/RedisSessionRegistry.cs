using StackExchange.Redis;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>The sessions of all replicas. Each owner's keys are a sorted set by the time at which they end, which expires with the last of them.</summary>
internal sealed class RedisSessionRegistry(RedisConnection redis, TimeProvider time) : ISessionRegistry
{
    private static readonly RedisChannel Channel = RedisChannel.Literal("ccm:sessions");

    public Task AddAsync(SessionOwner owner, string key, DateTimeOffset ends) => SessionsUnavailableException.Guard(async () =>
    {
        var database = await redis.DatabaseAsync();
        var name = NameOf(owner);
        var transaction = database.CreateTransaction();
        _ = transaction.SortedSetAddAsync(name, key, ends.ToUnixTimeSeconds());
        _ = transaction.SortedSetRemoveRangeByScoreAsync(name, double.NegativeInfinity, time.GetUtcNow().ToUnixTimeSeconds());
        // All sessions last equally long: the newest ends last.
        _ = transaction.KeyExpireAsync(name, ends.UtcDateTime);
        await transaction.ExecuteAsync();
    });

    public Task<IReadOnlyList<string>> FindAsync(SessionOwner owner) => SessionsUnavailableException.Guard<IReadOnlyList<string>>(async () =>
        [.. (await (await redis.DatabaseAsync()).SortedSetRangeByRankAsync(NameOf(owner))).Select(key => key.ToString())]);

    public Task<bool> ClaimAsync(string what, TimeSpan lasting) => SessionsUnavailableException.Guard(async () =>
        await (await redis.DatabaseAsync()).StringSetAsync(ClaimOf(what), "", lasting, When.NotExists));

    public Task ReleaseAsync(string what) => SessionsUnavailableException.Guard(async () => await (await redis.DatabaseAsync()).KeyDeleteAsync(ClaimOf(what)));

    public Task TellAsync(string key) => SessionsUnavailableException.Guard(async () => await (await redis.GetAsync()).GetSubscriber().PublishAsync(Channel, key));

    /// <summary>Without waiting for an answer: the client subscribes by itself whenever it finds Redis (again).</summary>
    public Task ListenAsync(Action<string> heard) => SessionsUnavailableException.Guard(async () =>
        await (await redis.GetAsync()).GetSubscriber().SubscribeAsync(Channel, (_, key) => heard(key.ToString()), CommandFlags.FireAndForget));

    private static string NameOf(SessionOwner owner) => $"ccm:{owner.Name}";

    private static string ClaimOf(string what) => $"ccm:once:{what}";
}
