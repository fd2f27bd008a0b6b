using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Api;

/// <summary><c>/api/v1/audit</c>, the trail, and <c>/api/v1/events</c>, what others tell CCM.</summary>
internal static class AuditApi
{
    public static void MapAudit(this RouteGroupBuilder api)
    {
        api.MapGet("/audit", ListAsync).WithTags("Audit")
            .WithSummary("The audit trail, newest first. Filters: subject, type, actor, text, operationId, from and until (times with an offset).");
        api.MapPost("/events", Receive).WithTags("Events").WithSummary("Not there yet.");
    }

    private static async Task<Ok<Page<EventView>>> ListAsync(HttpContext http, EventReading events, CancellationToken cancellationToken)
    {
        Reading.RequireAll(http.Actor(), "the audit trail");
        var query = Query.OfList(http.Request, "subject", "type", "actor", "text", "operationId", "from", "until");
        return TypedResults.Ok(await events.TrailAsync(new AuditQuery(query.Text("subject"), query.Text("type"), query.Text("actor"), query.Text("text"),
            query.Text("operationId"), query.Time("from"), query.Time("until")), query, cancellationToken));
    }

    private static IResult Receive(HttpContext http)
    {
        var actor = http.Actor();
        throw actor.May(Permission.Collect)
            ? new RefusedException(RefusalKind.NotImplemented, new Problem(null, "CCM does not take events yet: no assessment platform is connected.", "Read what CCM tells at /api/v1/audit."))
            : new RefusedException(RefusalKind.Forbidden, new Problem(null, $"{actor.Name} may not send events.", "It takes the role operator or admin."));
    }
}
