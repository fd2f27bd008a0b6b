using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Api;

/// <summary>What may be asked of an instance. Each answers at once with the resource; the controller then walks there.</summary>
internal static class InstanceActions
{
    private delegate Task<LabletInstance> Act(ControlPlane control, Actor actor, Operation operation, string id, CancellationToken cancellationToken);

    public static void MapInstanceActions(this RouteGroupBuilder instances)
    {
        Map("start", (control, actor, operation, id, token) => control.StartInstanceAsync(actor, operation, id, token)).WithSummary("Starts a stopped lab again.");
        Map("stop", (control, actor, operation, id, token) => control.StopInstanceAsync(actor, operation, id, token)).WithSummary("Stops the lab and keeps its place.");
        Map("collect", (control, actor, operation, id, token) => control.CollectAsync(actor, operation, id, token)).WithSummary("Has evidence of a RUNNING lab gathered, to be graded.");
        Map("force-terminate", (control, actor, operation, id, token) => control.ForceTerminateInstanceAsync(actor, operation, id, token))
            .WithSummary("Ends it whatever its host does: properly if that answers, else without it (admin).");
        instances.MapDelete("/{id}", CancelAsync).WithSummary("Ends it for good: target TERMINATED.");
        instances.MapPost("/{id}/extend", ExtendAsync).Accepts<ExtendBody>("application/json").WithSummary("Moves the end of its slot.");

        RouteHandlerBuilder Map(string verb, Act act) => instances.MapPost($"/{{id}}/{verb}",
            async Task<Accepted<InstanceView>> (string id, HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken) =>
            {
                var body = await JsonBody.ReadAsync<NoFields>(http.Request, cancellationToken, optional: true);
                return Accepted(reading, await act(control, http.Actor(), http.Operation(body.Text), id, cancellationToken));
            });
    }

    private static async Task<Accepted<InstanceView>> CancelAsync(string id, HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken) =>
        Accepted(reading, await control.CancelInstanceAsync(http.Actor(), http.Operation(""), id, cancellationToken));

    private static async Task<Accepted<InstanceView>> ExtendAsync(string id, HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<ExtendBody>(http.Request, cancellationToken);
        return Accepted(reading, await control.ExtendInstanceAsync(http.Actor(), http.Operation(body.Text), id, body.Value.TimeslotEnd, cancellationToken));
    }

    private static Accepted<InstanceView> Accepted(Reading reading, LabletInstance instance) =>
        TypedResults.Accepted($"/api/v1/instances/{instance.Id}", InstanceView.Of(instance, InstancesApi.WorkerOf(reading, instance.Id)));
}
