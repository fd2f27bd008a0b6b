using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Api;

/// <summary><c>/api/v1/templates</c>: kinds of host that the fleet may grow by.</summary>
internal static class TemplatesApi
{
    public static void MapTemplates(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/templates").WithTags("Templates");
        group.MapGet("", ListAsync).WithSummary("Lists templates by name, each in its newest revision.");
        group.MapPost("", CreateAsync).Accepts<TemplateView>("application/json");
        group.MapGet("/{name}", GetAsync);
        group.MapPut("/{name}", UpdateAsync).Accepts<TemplateView>("application/json").WithSummary("Makes a new revision; workers keep the one they were created with.");
        group.MapDelete("/{name}", DeleteAsync).WithSummary("Refused while workers use it.");
    }

    private static async Task<Page<TemplateView>> ListAsync(HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        Reading.RequireAll(http.Actor(), "templates");
        var query = Query.OfList(http.Request);
        _ = reading.Snapshot;
        return Paging.Of(await control.ReadTemplatesAsync(cancellationToken), template => template.Name, query, template => View(reading, template));
    }

    private static async Task<Created<TemplateView>> CreateAsync(HttpContext http, Reading reading, ControlPlane control, HostRegistry hosts, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<TemplateView>(http.Request, cancellationToken);
        RefuseUnknownProvider(http.Actor(), body.Value, hosts);
        var template = await control.CreateTemplateAsync(http.Actor(), http.Operation(body.Text), body.Value.ToTemplate(revision: 1), cancellationToken);
        return TypedResults.Created($"/api/v1/templates/{template.Name}", View(reading, template));
    }

    private static async Task<Ok<TemplateView>> GetAsync(string name, HttpContext http, Reading reading, CancellationToken cancellationToken)
    {
        Reading.RequireAll(http.Actor(), "templates");
        return TypedResults.Ok(View(reading, await reading.TemplateAsync(name, cancellationToken)));
    }

    private static async Task<Ok<TemplateView>> UpdateAsync(string name, HttpContext http, Reading reading, ControlPlane control, HostRegistry hosts, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<TemplateView>(http.Request, cancellationToken);
        RefuseUnknownProvider(http.Actor(), body.Value, hosts);
        if (body.Value.Name != name)
            throw RefusedException.Invalid("name", $"The body names template '{body.Value.Name}', the address '{name}'.", "Make them the same: a template's name never changes.");
        var revision = body.Value.Revision ?? (await reading.TemplateAsync(name, cancellationToken)).Revision;
        var template = await control.UpdateTemplateAsync(http.Actor(), http.Operation(body.Text), body.Value.ToTemplate(revision), cancellationToken);
        return TypedResults.Ok(View(reading, template));
    }

    private static async Task<NoContent> DeleteAsync(string name, HttpContext http, ControlPlane control, CancellationToken cancellationToken)
    {
        await control.DeleteTemplateAsync(http.Actor(), http.Operation(""), name, cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>The fleet would grow by workers that nobody can bring up, while labs wait for them.</summary>
    private static void RefuseUnknownProvider(Actor actor, TemplateView template, HostRegistry hosts)
    {
        if (actor.May(Permission.EditTemplates) && !hosts.Providers.Contains(template.Provider))
            throw RefusedException.Invalid("provider", "There is no such provider here.", $"Give one of {string.Join(", ", hosts.Providers)}.");
    }

    private static TemplateView View(Reading reading, WorkerTemplate template) =>
        TemplateView.Of(template, reading.Snapshot.Templates.GetValueOrDefault(template.Name)?.Value.Workers ?? 0);
}
