using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Api;

/// <summary>A reservation.</summary>
internal sealed record ReserveBody
{
    public required string DefinitionId { get; init; }

    /// <summary>Absent: the newest.</summary>
    public string? Version { get; init; }

    /// <summary>Absent: as soon as possible.</summary>
    public DateTimeOffset? TimeslotStart { get; init; }

    /// <summary>Absent: the definition's maximum.</summary>
    public int? DurationMinutes { get; init; }

    /// <summary>Absent: the caller.</summary>
    public string? OwnerId { get; init; }

    /// <summary>Where its worker must be. Absent: where the definition says, or anywhere.</summary>
    public string? Region { get; init; }

    /// <summary>Book although the forecast says that there will be no room (admin).</summary>
    public bool Override { get; init; }
}

internal sealed record ExtendBody
{
    /// <summary>The new end, later than the present one.</summary>
    public required DateTimeOffset TimeslotEnd { get; init; }
}

/// <summary><c>/api/v1/instances</c>: labs reserved for a timeslot.</summary>
internal static class InstancesApi
{
    public static void MapInstances(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/instances").WithTags("Instances");
        group.MapPost("", ReserveAsync).Accepts<ReserveBody>("application/json").WithSummary("Reserves a lab. A slot that the forecast has no place for is refused (409) with the numbers and the nearest free slots.");
        group.MapGet("", List).WithSummary("Lists instances, newest first; a user's own. Filters: state, definitionId, workerId, ownerId, outcome.");
        group.MapGet("/{id}", GetAsync);
        group.MapGet("/{id}/events", EventsAsync).WithSummary("What happened to it, newest first.");
        group.MapGet("/{id}/explain", ExplainAsync).WithSummary("Why it is where it is, or why it waits and what would make it fit.");
        group.MapInstanceActions();
    }

    private static async Task<Created<InstanceView>> ReserveAsync(HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<ReserveBody>(http.Request, cancellationToken);
        var request = body.Value;
        var actor = http.Actor();
        if (request.OwnerId is { } owner && (owner.Length is 0 or > 200 || owner.Any(char.IsControl)))
            throw RefusedException.Invalid("ownerId", "'ownerId' is no subject of the identity provider.", "Give 1 to 200 characters, or leave it out to reserve for yourself.");
        if (actor.May(Permission.ManageOwnInstances))
            await SeeDefinitionAsync(request.DefinitionId, reading, cancellationToken);
        var instance = await control.ReserveAsync(actor, http.Operation(body.Text),
            new ReserveRequest(request.DefinitionId, request.Version, request.TimeslotStart, request.DurationMinutes, request.OwnerId, request.Region, request.Override), cancellationToken);
        return TypedResults.Created($"/api/v1/instances/{instance.Id}", InstanceView.Of(instance, WorkerOf(reading, instance.Id)));
    }

    /// <summary>What another replica just published is here before the reservation is decided; what is absent is the control plane's to refuse.</summary>
    private static async Task SeeDefinitionAsync(string name, Reading reading, CancellationToken cancellationToken)
    {
        try
        {
            await reading.DefinitionAsync(name, null, cancellationToken);
        }
        catch (RefusedException refused) when (refused.Kind == RefusalKind.NotFound)
        {
            // Refused with the request's own field name in a moment.
        }
    }

    private static Page<InstanceView> List(HttpContext http, Reading reading)
    {
        var actor = http.Actor();
        Reading.RequireOwn(actor);
        return InstanceQuery.Of(http.Request, actor).Answer(reading.Snapshot);
    }

    private static async Task<Ok<InstanceView>> GetAsync(string id, HttpContext http, Reading reading, CancellationToken cancellationToken) =>
        TypedResults.Ok(InstanceView.Of(await reading.InstanceAsync(http.Actor(), id, cancellationToken)));

    private static async Task<Ok<Page<EventView>>> EventsAsync(string id, HttpContext http, Reading reading, EventReading events, CancellationToken cancellationToken)
    {
        var query = Query.OfList(http.Request);
        await reading.InstanceAsync(http.Actor(), id, cancellationToken);
        return TypedResults.Ok(await events.OfSubjectAsync(Subjects.Instance(id), query, cancellationToken));
    }

    private static async Task<Ok<ExplanationView>> ExplainAsync(
        string id, HttpContext http, Reading reading, ControlPlane control, PlanningTimes times, TimeProvider time, CancellationToken cancellationToken)
    {
        var entry = await reading.InstanceAsync(http.Actor(), id, cancellationToken);
        var templates = await control.ReadTemplatesAsync(cancellationToken);
        var explanation = PlacementExplainer.Explain(reading.Snapshot, entry, templates, time.GetUtcNow(), times);
        return TypedResults.Ok(ExplanationView.For(http.Actor(), explanation));
    }

    public static string? WorkerOf(Reading reading, string instanceId) => reading.Snapshot.Instances.GetValueOrDefault(instanceId)?.WorkerId;
}
