using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Api;

internal sealed record StopWorkerBody
{
    /// <summary>End what runs on it first (admin).</summary>
    public bool Force { get; init; }
}

/// <summary>What may be asked of a worker. Each answers at once with the resource; the controller then walks there.</summary>
internal static class WorkerActions
{
    private delegate Task<Worker> Act(ControlPlane control, Actor actor, Operation operation, string id, CancellationToken cancellationToken);

    public static void MapWorkerActions(this RouteGroupBuilder workers)
    {
        Map("drain", (control, actor, operation, id, token) => control.DrainWorkerAsync(actor, operation, id, token)).WithSummary("Takes no new work; what runs goes on; stops once empty.");
        Map("cancel-drain", (control, actor, operation, id, token) => control.CancelDrainAsync(actor, operation, id, token)).WithSummary("Takes work again.");
        Map("start", (control, actor, operation, id, token) => control.StartWorkerAsync(actor, operation, id, token)).WithSummary("Boots a stopped worker again.");
        Map("declare-lost", (control, actor, operation, id, token) => control.DeclareLostAsync(actor, operation, id, token)).WithSummary("Its host is gone for good; its instances end as WorkerLost (admin).");
        workers.MapPost("/{id}/stop", StopAsync).Accepts<StopWorkerBody>(isOptional: true, "application/json").WithSummary("Stops an empty worker; with force (admin) what runs on it is ended first, also while it is being drained.");
        workers.MapDelete("/{id}", TerminateAsync).WithSummary("Ends it: drained, stopped, then given back to its provider (admin).");

        RouteHandlerBuilder Map(string verb, Act act) => workers.MapPost($"/{{id}}/{verb}",
            async Task<Accepted<WorkerView>> (string id, HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken) =>
            {
                var body = await JsonBody.ReadAsync<NoFields>(http.Request, cancellationToken, optional: true);
                await act(control, http.Actor(), http.Operation(body.Text), id, cancellationToken);
                return await AcceptedAsync(id, reading, control, cancellationToken);
            });
    }

    private static async Task<Accepted<WorkerView>> StopAsync(string id, HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<StopWorkerBody>(http.Request, cancellationToken, optional: true);
        await control.StopWorkerAsync(http.Actor(), http.Operation(body.Text), id, body.Value.Force, cancellationToken);
        return await AcceptedAsync(id, reading, control, cancellationToken);
    }

    private static async Task<Accepted<WorkerView>> TerminateAsync(string id, HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        await control.TerminateWorkerAsync(http.Actor(), http.Operation(""), id, cancellationToken);
        return await AcceptedAsync(id, reading, control, cancellationToken);
    }

    private static async Task<Accepted<WorkerView>> AcceptedAsync(string id, Reading reading, ControlPlane control, CancellationToken cancellationToken) =>
        TypedResults.Accepted($"/api/v1/workers/{id}", WorkerView.Of(await control.ReadWorkerAsync(id, cancellationToken), reading.Snapshot));
}
