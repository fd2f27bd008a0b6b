using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Lifecycle;
using Ccm.Engine.Scheduling;
using Ccm.Engine.Watching;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Ccm.Portal.Api;

internal sealed record CreateWorkerBody
{
    /// <summary>Name of the template.</summary>
    public required string Template { get; init; }
}

/// <param name="Start">The first port of the worker's range.</param>
/// <param name="End">The last one.</param>
/// <param name="Allocated">Ascending by port.</param>
internal sealed record PortsView(int Start, int End, ImmutableArray<AllocatedPort> Allocated);

/// <param name="Name">Null, like the instance, when the map has it taken and nobody is known to hold it.</param>
internal sealed record AllocatedPort(int Port, string? Name, string? InstanceId);

/// <summary><c>/api/v1/workers</c>: hosts running CML.</summary>
internal static class WorkersApi
{
    public static void MapWorkers(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/workers").WithTags("Workers");
        group.MapPost("", CreateAsync).Accepts<CreateWorkerBody>("application/json").WithSummary("Adds a worker of a template.");
        group.MapGet("", List).WithSummary("Lists workers, newest first. Filters: state, template, region.");
        group.MapGet("/{id}", GetAsync);
        group.MapGet("/{id}/ports", PortsAsync);
        group.MapGet("/{id}/instances", InstancesAsync).WithSummary("Instances that hold a place on it, newest first.");
        group.MapGet("/{id}/labs", LabsAsync).WithSummary("The labs on its host now, as the host lists them: CCM's, and those that it does not know and never touches.");
        group.MapGet("/{id}/drain-plan", DrainPlanAsync).WithSummary("Which instances keep it from being empty, until when, and when it will be free.")
            .WithDescription("overdueAt is when the drain counts as overdue; of a worker that is not being drained, when it would if it were drained now. loss is what the fleet has to give out less meanwhile (lost, of what takes work in fleet, and in workers by template): nothing for a worker that takes no work as it is. With forGood it is given back once it is empty, and does not come back.");
        group.MapWorkerActions();
    }

    private static async Task<Created<WorkerView>> CreateAsync(HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<CreateWorkerBody>(http.Request, cancellationToken);
        var actor = http.Actor();
        if (actor.May(Permission.OperateWorkers))
            await SeeTemplateAsync(body.Value.Template, reading, cancellationToken);
        var worker = await control.CreateWorkerAsync(actor, http.Operation(body.Text), body.Value.Template, $"{actor.Name} asked for it.", fence: null, beside: null, cancellationToken);
        return TypedResults.Created($"/api/v1/workers/{worker.Id}", WorkerView.Of(await control.ReadWorkerAsync(worker.Id, cancellationToken), reading.Snapshot));
    }

    private static async Task SeeTemplateAsync(string name, Reading reading, CancellationToken cancellationToken)
    {
        try
        {
            await reading.TemplateAsync(name, cancellationToken);
        }
        catch (RefusedException refused) when (refused.Kind == RefusalKind.NotFound)
        {
            throw new RefusedException(RefusalKind.NotFound, [.. refused.Problems.Select(problem => problem with { Field = "template" })]);
        }
    }

    private static Page<WorkerView> List(HttpContext http, Reading reading)
    {
        Reading.RequireAll(http.Actor(), "workers");
        var query = Query.OfList(http.Request, "state", "template", "region");
        var states = query.AnyOf<WorkerState>("state", Query.Capitals);
        var (template, region) = (query.Text("template"), query.Text("region"));
        var snapshot = reading.Snapshot;
        return Paging.Of(snapshot.Workers.Values.Where(entry => states?.Contains(entry.Value.State) != false && (template is null || entry.Value.Template == template) && (region is null || entry.Value.Region == region)),
            entry => Paging.NewestFirst(entry.Value.CreatedAt, entry.Id), query, entry => WorkerView.Of(entry, snapshot));
    }

    private static async Task<Ok<WorkerView>> GetAsync(string id, HttpContext http, Reading reading, CancellationToken cancellationToken) =>
        TypedResults.Ok(WorkerView.Of(await reading.WorkerAsync(http.Actor(), id, cancellationToken), reading.Snapshot));

    private static async Task<Ok<PortsView>> PortsAsync(string id, HttpContext http, Reading reading, CancellationToken cancellationToken)
    {
        var worker = await reading.WorkerAsync(http.Actor(), id, cancellationToken);
        var holders = reading.Snapshot.On(id).SelectMany(instance => instance.Value.Ports.Select(port => new AllocatedPort(port.Value, port.Key, instance.Id)))
            .ToLookup(port => port.Port);
        var map = worker.Ports.Value;
        return TypedResults.Ok(new PortsView(map.Range.Start, map.Range.End,
            [.. Enumerable.Range(map.Range.Start, map.Range.Count).Where(map.IsAllocated).SelectMany(port => holders[port].DefaultIfEmpty(new AllocatedPort(port, null, null)))]));
    }

    private static async Task<Ok<Page<InstanceView>>> InstancesAsync(string id, HttpContext http, Reading reading, CancellationToken cancellationToken)
    {
        await reading.WorkerAsync(http.Actor(), id, cancellationToken);
        return TypedResults.Ok(Paging.Of(reading.Snapshot.On(id), entry => Paging.NewestFirst(entry.Value.CreatedAt, entry.Id), Query.OfList(http.Request), InstanceView.Of));
    }

    private static async Task<Ok<Page<HostLabView>>> LabsAsync(string id, HttpContext http, Reading reading, HostRegistry hosts, CancellationToken cancellationToken)
    {
        var worker = await reading.WorkerAsync(http.Actor(), id, cancellationToken);
        return TypedResults.Ok(Paging.Of(await hosts.ReadLabsAsync(worker.Value, cancellationToken), lab => lab.Id, Query.OfList(http.Request), lab => HostLabView.Of(lab, reading.Snapshot)));
    }

    private static async Task<Ok<DrainPlan>> DrainPlanAsync(
        string id, HttpContext http, Reading reading, PlanningTimes times, IOptions<LifecycleOptions> options, TimeProvider time, CancellationToken cancellationToken) =>
        TypedResults.Ok(DrainPlan.Of(await reading.WorkerAsync(http.Actor(), id, cancellationToken), reading.Snapshot, time.GetUtcNow(), times, options.Value));
}
