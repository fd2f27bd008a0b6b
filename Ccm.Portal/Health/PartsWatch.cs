namespace Ccm.Portal.Health;

/// <summary>
/// Asks documents, sessions and the identity provider every other second how they are, so that pages can say that one is away without
/// asking it each.
/// </summary>
internal sealed partial class PartsWatch(SystemHealth health, TimeProvider time, ILogger<PartsWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>What asks the document store gives up by itself after ten seconds, and then says why.</summary>
    private static readonly TimeSpan DocumentsPatience = TimeSpan.FromSeconds(12);

    private volatile StoreStatus? _documents;
    private volatile StoreStatus? _sessions;
    private volatile StoreStatus? _identity;

    /// <summary>Null: not asked yet.</summary>
    public StoreStatus? Documents => _documents;

    /// <inheritdoc cref="Documents"/>
    public StoreStatus? Sessions => _sessions;

    /// <inheritdoc cref="Documents"/>
    public StoreStatus? Identity => _identity;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        FollowAsync("Documents", token => health.DocumentsAsync(token, DocumentsPatience), status => _documents = status, stoppingToken),
        FollowAsync("Sessions", health.SessionsAsync, status => _sessions = status, stoppingToken),
        FollowAsync("Identity", health.IdentityAsync, status => _identity = status, stoppingToken));

    private async Task FollowAsync(string part, Func<CancellationToken, Task<StoreStatus>> ask, Action<StoreStatus> keep, CancellationToken stop)
    {
        for (var well = true; ;)
        {
            var status = await ask(stop);
            keep(status);
            if (well && !status.Healthy)
                LogAway(part, status.Detail);
            else if (!well && status.Healthy)
                LogBack(part);
            well = status.Healthy;
            await Task.Delay(Beat, time, stop);
        }
    }

    [LoggerMessage(6101, LogLevel.Warning, "{Part}: {Reason}")]
    private partial void LogAway(string part, string reason);

    [LoggerMessage(6102, LogLevel.Information, "{Part}: it answers again.")]
    private partial void LogBack(string part);
}
