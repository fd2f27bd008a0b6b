using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.Watching;
using Ccm.Portal.Health;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Api;

/// <summary>Who leads, null where nobody does.</summary>
internal sealed record LeadersView(LeaderView? Scheduler, LeaderView? Controller);

/// <param name="LeaseTtlSeconds">How long after its last sign of life another may lead.</param>
internal sealed record LeaderView(string ReplicaId, DateTimeOffset Since, double LeaseTtlSeconds);

/// <summary><c>/api/v1/system</c>: who leads, and how the parts are.</summary>
internal static class SystemApi
{
    public static void MapSystem(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/system").WithTags("System");
        group.MapGet("/leaders", Leaders);
        group.MapPost("/leaders/{name}/resign", ResignAsync).WithSummary("The leader, asked itself, stands aside for another (admin). Names: scheduler, controller.");
        group.MapGet("/status", StatusAsync).WithSummary("Stores, watch, outbox, replica and version.");
    }

    private static Ok<LeadersView> Leaders(HttpContext http, Reading reading, Elections elections)
    {
        Reading.RequireAll(http.Actor(), "the leaders");
        return TypedResults.Ok(LeadersOf(reading.Snapshot, elections));
    }

    private static async Task<Accepted<LeadersView>> ResignAsync(string name, HttpContext http, Reading reading, Elections elections, CancellationToken cancellationToken)
    {
        await JsonBody.ReadAsync<NoFields>(http.Request, cancellationToken, optional: true);
        var actor = http.Actor();
        if (!actor.May(Permission.ResignLeadership))
            throw new RefusedException(RefusalKind.Forbidden, new Problem(null, $"{actor.Name} may not make a leader resign.", "It takes the role admin."));
        var election = name switch
        {
            "scheduler" => elections.Scheduler,
            "controller" => elections.Controller,
            _ => throw new RefusedException(RefusalKind.NotFound, new Problem("name", $"There is no leader '{name}'.", "Leaders are scheduler and controller.")),
        };
        if (election.Term is null)
            throw reading.Snapshot.Leaders.GetValueOrDefault(election.Key) is { } leader
                ? RefusedException.Conflict($"The {name} is led by replica '{leader.ReplicaId}', not by this one.", $"Send the request to that replica{(leader.Address.Length > 0 ? $" ({leader.Address})" : "")}.", "name")
                : RefusedException.Conflict($"Nobody leads the {name} now.", "Try again in a few seconds.", "name");
        election.Resign();
        return TypedResults.Accepted("/api/v1/system/leaders", LeadersOf(reading.Snapshot, elections));
    }

    private static async Task<Ok<SystemStatus>> StatusAsync(HttpContext http, SystemHealth health, CancellationToken cancellationToken)
    {
        Reading.RequireAll(http.Actor(), "the system's status");
        return TypedResults.Ok(await health.StatusAsync(cancellationToken));
    }

    private static LeadersView LeadersOf(FleetSnapshot snapshot, Elections elections)
    {
        return new LeadersView(Of(elections.Scheduler), Of(elections.Controller));

        LeaderView? Of(Election election) => snapshot.Leaders.GetValueOrDefault(election.Key) is { } leader
            ? new LeaderView(leader.ReplicaId, leader.Since, election.LeaseTtl.TotalSeconds) : null;
    }
}
