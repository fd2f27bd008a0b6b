using System.Reflection;
using System.Text.Json.Serialization;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Identity;
using Ccm.Portal.Identity.Sessions;
using Microsoft.Extensions.Caching.Distributed;

namespace Ccm.Portal.Health;

/// <param name="Kind">What serves it, as <c>sqlite</c>.</param>
/// <param name="Healthy">Whether it answered just now.</param>
/// <param name="Detail">For people: what it said of itself, or why it is not healthy.</param>
internal sealed record StoreStatus(string Kind, bool Healthy, string Detail)
{
    /// <summary>What is amiss although it answers.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Why it is not healthy; null when it is.</summary>
    [JsonIgnore]
    public string? Problem => Healthy ? null : Detail;

    /// <summary>How long its answer took, or the failure to get one.</summary>
    public double LatencyMilliseconds { get; init; }
}

internal sealed record StoresStatus(StoreStatus State, StoreStatus Documents, StoreStatus Sessions);

/// <param name="LastHeard">When the store last said anything; one in which nothing happens may say nothing.</param>
/// <param name="Problem">Why the watch is down; null while it is up.</param>
internal sealed record WatchStatus(long Revision, DateTimeOffset? LastHeard, bool Fresh, string? Problem);

/// <param name="Revision">Of the state that this replica answers from.</param>
/// <param name="OutboxDepth">Operations whose events wait to be written to the audit trail.</param>
/// <param name="Embedded">Whether a store is one of CCM's own that only one replica can use.</param>
internal sealed record SystemStatus(
    StoresStatus Stores, long Revision, WatchStatus Watch, int OutboxDepth, string ReplicaId, string Version, bool Embedded);

/// <summary>Asks the parts how they are; nothing is kept between two questions.</summary>
internal sealed class SystemHealth(
    IStateStore state, ControlPlane control, WatchCache cache, Replica replica, IConfiguration configuration, TimeProvider time, IServiceProvider services)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static string Version { get; } = typeof(SystemHealth).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public async Task<SystemStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var stores = new StoresStatus(await StateAsync(cancellationToken), await DocumentsAsync(cancellationToken), await SessionsAsync(cancellationToken));
        var freshness = cache.Freshness;
        return new SystemStatus(stores, freshness.Revision, new WatchStatus(freshness.Revision, freshness.LastHeard, NotReady() is null, freshness.Problem),
            cache.Current.Outbox.Count, replica.Id, Version, stores is not { State.Kind: "etcd", Documents.Kind: "mongodb", Sessions.Kind: "redis" });
    }

    /// <summary>Why the state cannot be answered from, null when it can.</summary>
    public string? NotReady() => !cache.Ready.IsCompletedSuccessfully ? "The state has not been listed yet."
        : cache.Freshness.Problem is { } problem ? $"The watch is down: {problem}" : null;

    /// <summary>An alarm is not healthy, but told as a warning: a full store can still be read.</summary>
    public async Task<StoreStatus> StateAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> warnings = [];
        var answer = await AskAsync(state.Kind, async token =>
        {
            var status = await state.GetStatusAsync(token);
            warnings = StateWarnings.Of(status);
            return (status.Alarms.IsEmpty, $"Version {status.Version}, revision {status.Revision}, {status.SizeBytes / 1024} KiB{(status.QuotaBytes is { } quota ? $" of {quota / 1024}" : "")}"
                + $"{(status.Alarms.IsEmpty ? "" : $", alarms: {string.Join(", ", status.Alarms)}")}.");
        }, cancellationToken);
        return answer with { Warnings = warnings };
    }

    /// <param name="patience">Null: as for all.</param>
    public Task<StoreStatus> DocumentsAsync(CancellationToken cancellationToken, TimeSpan? patience = null) => AskAsync(KindOf("mongodb", "sqlite"), async token =>
    {
        await control.ReadAuditAsync(new AuditQuery(Limit: 1), token);
        return (true, "It answers.");
    }, cancellationToken, patience);

    public Task<StoreStatus> SessionsAsync(CancellationToken cancellationToken) => AskAsync(KindOf("redis", "memory"), async token =>
    {
        if (services.GetService<IDistributedCache>() is { } sessions)
            await SessionsUnavailableException.Guard(() => sessions.GetAsync("ccm:health", token));
        return (true, "It answers.");
    }, cancellationToken);

    /// <summary>Who vouches for people; the embedded provider is this process itself.</summary>
    public Task<StoreStatus> IdentityAsync(CancellationToken cancellationToken) => services.GetService<ProviderMetadata>() is not { } provider
        ? Task.FromResult(new StoreStatus("embedded", true, "Demo users."))
        : AskAsync("oidc", async token => await provider.ProblemAsync(token) is { } problem ? (false, problem) : (true, "It answers."), cancellationToken);

    private string KindOf(string connectionString, string embedded) => string.IsNullOrEmpty(configuration.GetConnectionString(connectionString)) ? embedded : connectionString;

    private async Task<StoreStatus> AskAsync(string kind, Func<CancellationToken, Task<(bool Healthy, string Detail)>> ask, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        var wait = patience ?? Patience;
        var started = time.GetTimestamp();
        try
        {
            var (healthy, detail) = await ask(cancellationToken).WaitAsync(wait, time, cancellationToken);
            return new StoreStatus(kind, healthy, detail) { LatencyMilliseconds = Latency() };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever a store's client throws, the answer is the same: it is not healthy, and why.
            return new StoreStatus(kind, false, exception switch
            {
                TimeoutException => $"No answer within {wait.TotalSeconds} s.",
                RefusedException refused => refused.Problems[0].Reason,
                _ => exception.Message,
            }) { LatencyMilliseconds = Latency() };
        }

        double Latency() => Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 1);
    }
}
