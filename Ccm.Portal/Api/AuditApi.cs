using Ccm.Engine.Documents;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Api;

/// <summary><c>/api/v1/audit</c>, the trail.</summary>
internal static class AuditApi
{
    public static void MapAudit(this RouteGroupBuilder api)
    {
        api.MapGet("/audit", ListAsync).WithTags("Audit")
            .WithSummary("The audit trail, newest first. Filters: subject, type, actor, text, operationId, from and until (times with an offset).");
    }

    private static async Task<Ok<Page<EventView>>> ListAsync(HttpContext http, EventReading events, CancellationToken cancellationToken)
    {
        Reading.RequireAll(http.Actor(), "the audit trail");
        var query = Query.OfList(http.Request, "subject", "type", "actor", "text", "operationId", "from", "until");
        return TypedResults.Ok(await events.TrailAsync(new AuditQuery(query.Text("subject"), query.Text("type"), query.Text("actor"), query.Text("text"),
            query.Text("operationId"), query.Time("from"), query.Time("until")), query, cancellationToken));
    }
}
