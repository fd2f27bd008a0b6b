using Ccm.Engine.Leadership;
using Ccm.Engine.Watching;
using Ccm.Portal.Identity.Keys;
using Ccm.Portal.Live;

namespace Ccm.Portal.Health;

/// <param name="Leads">What this replica leads; leading is never needed to be ready.</param>
/// <param name="Reasons">Why it is not ready.</param>
/// <param name="Warnings">What is amiss although it is ready.</param>
internal sealed record Readiness(string Status, string ReplicaId, IReadOnlyList<string> Leads, IReadOnlyList<string> Reasons, IReadOnlyList<string> Warnings);

/// <summary><c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c>, for machines and without a token.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        group.MapGet("/health/live", () => TypedResults.Ok(new { status = "live" }));
        group.MapGet("/health/ready", ReadyAsync);
        group.MapGet("/metrics", (Metrics metrics) => TypedResults.Text(metrics.Write(), Metrics.MediaType));
    }

    private static async Task<IResult> ReadyAsync(SystemHealth health, WatchCache cache, Replica replica, Elections elections, IServiceProvider services, CancellationToken cancellationToken)
    {
        var (asked, identity) = (health.SessionsAsync(cancellationToken), health.IdentityAsync(cancellationToken));
        var reasons = new List<string>();
        if (services.GetService<OpenCircuits>() is { Closing: true })
            reasons.Add("This replica is about to stop.");
        if (health.NotReady() is { } stale)
            reasons.Add(stale);
        var state = await health.StateAsync(cancellationToken);
        // With an alarm it is not healthy and yet answers: whoever only reads is still served, by this replica as by any other.
        if (state is { Healthy: false, Warnings.Count: 0 })
            reasons.Add($"The state store ({state.Kind}): {state.Detail}");
        if (await health.DocumentsAsync(cancellationToken) is { Healthy: false } documents)
            reasons.Add($"The document store ({documents.Kind}): {documents.Detail}");
        else if (services.GetService<KeyGate>()?.Waiting is { } waiting)
            reasons.Add($"The keys for sessions and tokens: {waiting}");
        // No reasons to be not ready: the engine and the REST API do not depend on sessions, and all replicas share one Redis and one
        // provider, so that taking each of them out of service would only turn "nobody can sign in" into "nothing answers".
        var warnings = state.Warnings.ToList();
        warnings.AddRange(UnreadableValue.Warnings(cache.Current.Unreadable));
        if (await asked is { Healthy: false } sessions)
            warnings.Add($"The session store ({sessions.Kind}): {sessions.Detail}");
        if (await identity is { Healthy: false } provider)
            warnings.Add($"The identity provider: {provider.Detail}");
        return TypedResults.Json(
            new Readiness(reasons.Count == 0 ? "ready" : "not ready", replica.Id, [.. elections.All.Where(election => election.Term is not null).Select(election => election.Key)], reasons, warnings),
            statusCode: reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
