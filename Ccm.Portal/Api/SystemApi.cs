using System.Collections.Immutable;
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
/// <param name="LeaseAgeSeconds">Time since that sign, as last heard; null when it is not known.</param>
/// <param name="Term">Rises with each term: the revision that fences its writes.</param>
/// <param name="Address">Where the replica is reached.</param>
internal sealed record LeaderView(string ReplicaId, DateTimeOffset Since, double LeaseTtlSeconds, double? LeaseAgeSeconds, long Term, string Address);

/// <param name="Since">When it began.</param>
/// <param name="HeardAt">When it last told of itself, which it does every ten seconds.</param>
/// <param name="OpenPages">Browsers' pages that are connected to it.</param>
/// <param name="Leads">What it leads: scheduler, controller, both or nothing.</param>
internal sealed record ReplicaView(string ReplicaId, string Version, string Address, DateTimeOffset Since, DateTimeOffset HeardAt, int OpenPages, ImmutableArray<string> Leads);

/// <summary><c>/api/v1/system</c>: who leads, and how the parts are.</summary>
internal static class SystemApi
{
    public static void MapSystem(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/system").WithTags("System");
        group.MapGet("/leaders", Leaders);
        group.MapGet("/replicas", Replicas).WithSummary("Every replica that lives, standbys too.");
        group.MapPost("/leaders/{name}/resign", ResignAsync).WithSummary("The leader stands aside for another, whichever replica is asked (admin). Names: scheduler, controller.");
        group.MapGet("/status", StatusAsync).WithSummary("Stores, watch, outbox, replica and version.");
        group.MapNotice();
    }

    private static Ok<LeadersView> Leaders(HttpContext http, Reading reading, Elections elections, StateMonitor monitor)
    {
        Reading.RequireAll(http.Actor(), "the leaders");
        return TypedResults.Ok(LeadersOf(reading.Snapshot, elections, monitor));
    }

    private static Ok<Page<ReplicaView>> Replicas(HttpContext http, Reading reading)
    {
        Reading.RequireAll(http.Actor(), "the replicas");
        var fleet = reading.Snapshot;
        return TypedResults.Ok(Paging.Of(fleet.Replicas.Values, replica => replica.Id, Query.OfList(http.Request), replica => new ReplicaView(
            replica.Id, replica.Version, replica.Address, replica.Since, replica.HeardAt, replica.OpenPages, [.. fleet.LedBy(replica.Id)])));
    }

    private static async Task<Accepted<LeadersView>> ResignAsync(string name, HttpContext http, Reading reading, Elections elections, StateMonitor monitor, ControlPlane control, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<NoFields>(http.Request, cancellationToken, optional: true);
        var key = name switch
        {
            "scheduler" => elections.Scheduler.Key,
            "controller" => elections.Controller.Key,
            _ => throw new RefusedException(RefusalKind.NotFound, new Problem("name", $"There is no leader '{name}'.", "Leaders are scheduler and controller.")),
        };
        await control.ResignLeaderAsync(http.Actor(), http.Operation(body.Text), key, cancellationToken);
        return TypedResults.Accepted("/api/v1/system/leaders", LeadersOf(reading.Snapshot, elections, monitor));
    }

    private static async Task<Ok<SystemStatus>> StatusAsync(HttpContext http, SystemHealth health, CancellationToken cancellationToken)
    {
        Reading.RequireAll(http.Actor(), "the system's status");
        return TypedResults.Ok(await health.StatusAsync(cancellationToken));
    }

    private static LeadersView LeadersOf(FleetSnapshot snapshot, Elections elections, StateMonitor monitor)
    {
        return new LeadersView(Of(elections.Scheduler), Of(elections.Controller));

        LeaderView? Of(Election election) => snapshot.Leaders.GetValueOrDefault(election.Key) is { } leader
            ? new LeaderView(leader.ReplicaId, leader.Since, election.LeaseTtl.TotalSeconds, monitor.LeaseAge(election.Key)?.TotalSeconds, leader.CreateRevision, leader.Address) : null;
    }
}
