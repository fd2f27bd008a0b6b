using System.Text.Json.Nodes;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Api;

/// <summary>What was made of an event.</summary>
/// <param name="Duplicate">It stood already, and nothing was changed.</param>
internal sealed record ReceivedEventView(string Source, string Id, string Type, string InstanceId, bool Duplicate);

/// <summary><c>/api/v1/events</c>: what assessment platforms tell CCM.</summary>
internal static class EventsApi
{
    public static void MapEvents(this RouteGroupBuilder api) =>
        api.MapPost("/events", ReceiveAsync).WithTags("Events").Accepts<JsonObject>("application/cloudevents+json", "application/json")
            .WithSummary("Takes a CloudEvent 1.0 of an assessment platform, in structured or binary mode; told again, it changes nothing.")
            .WithDescription($"Types: {EventTypes.CollectionCompleted} (of a COLLECTING instance) and {EventTypes.GradingCompleted} (of a GRADING one; data.score, and if you like data.maxScore and data.passed). The subject is instances/{{id}}.");

    private static async Task<Accepted<ReceivedEventView>> ReceiveAsync(HttpContext http, ControlPlane control, CancellationToken cancellationToken)
    {
        var actor = http.Actor();
        if (!actor.May(Permission.Collect))
            throw new RefusedException(RefusalKind.Forbidden, new Problem(null, $"{actor.Name} may not send events.", "It takes the role operator or admin."));
        var (told, operation) = await EventBody.ReadAsync(http.Request, cancellationToken);
        var changed = await control.ReceiveAsync(actor, operation, told, cancellationToken);
        return TypedResults.Accepted($"/api/v1/instances/{told.InstanceId}", new ReceivedEventView(told.Source, told.Id, told.Type, told.InstanceId, !changed));
    }
}
