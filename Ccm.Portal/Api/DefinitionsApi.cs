using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Api;

/// <summary><c>/api/v1/definitions</c>: labs that people may reserve.</summary>
internal static class DefinitionsApi
{
    /// <summary>Bytes of a lab file.</summary>
    private const int MostLab = 2 * 1024 * 1024;

    /// <summary>JSON may escape a lab file's line ends and quotes, each to twice its length.</summary>
    private const int MostJson = (2 * MostLab) + (64 * 1024);

    private static readonly string[] YamlTypes = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"];

    public static void MapDefinitions(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/definitions").WithTags("Definitions");
        group.MapPost("", PublishAsync).Accepts<PublishRequest>("application/json", YamlTypes)
            .WithSummary("Publishes a lab, or one more version of it; a CML lab file as application/yaml takes ?name=&version=&description=&region=&changeNote=&basedOn=.");
        group.MapGet("", ListAsync).WithSummary("Lists definitions by name, each in its newest version. Filter: status.");
        group.MapGet("/{id}", GetAsync).WithSummary("The newest version.");
        group.MapGet("/{id}/versions", ListVersionsAsync).WithSummary("Every version, newest first.");
        group.MapGet("/{id}/versions/{version}", GetVersionAsync);
        group.MapGet("/{id}/versions/{version}/lab", GetLabAsync).WithSummary("The lab file, as it was given.").Produces<string>(200, YamlTypes[0]);
        group.MapPost("/{id}/deprecate", DeprecateAsync).WithSummary("Takes no new reservations; running ones go on.");
        group.MapForecast();
        group.MapDelete("/{id}", DeleteAsync).WithSummary("Refused while instances of it live.");
    }

    private static async Task<Created<DefinitionView>> PublishAsync(HttpContext http, ControlPlane control, CancellationToken cancellationToken)
    {
        var (request, text) = RawBody.Is(http.Request, YamlTypes) ? await ReadYamlAsync(http.Request, cancellationToken)
            : await ReadJsonAsync(http.Request, cancellationToken);
        var definition = await control.PublishAsync(http.Actor(), http.Operation(text), request, cancellationToken);
        return TypedResults.Created($"/api/v1/definitions/{definition.Name}/versions/{Uri.EscapeDataString(definition.Version)}", DefinitionView.Of(definition, DefinitionStatus.Active));
    }

    private static async Task<(PublishRequest, string)> ReadJsonAsync(HttpRequest http, CancellationToken cancellationToken)
    {
        Query.Of(http);
        var body = await JsonBody.ReadAsync<PublishRequest>(http, cancellationToken, most: MostJson);
        return System.Text.Encoding.UTF8.GetByteCount(body.Value.LabYaml) > MostLab
            ? throw new BadHttpRequestException($"The lab file is longer than {MostLab} bytes. Remove what is not part of the topology, such as large configurations.", StatusCodes.Status413PayloadTooLarge)
            : (body.Value, body.Text);
    }

    private static async Task<(PublishRequest, string)> ReadYamlAsync(HttpRequest http, CancellationToken cancellationToken)
    {
        var query = Query.Of(http, "name", "version", "description", "region", "changeNote", "basedOn");
        var yaml = await RawBody.ReadAsync(http, MostLab, cancellationToken);
        return (new PublishRequest
        {
            Name = query.Text("name") ?? "",
            Version = query.Text("version") ?? "",
            LabYaml = yaml,
            Description = query.Text("description"),
            Region = query.Text("region"),
            ChangeNote = query.Text("changeNote"),
            BasedOn = query.TextOrEmpty("basedOn"),
        }, yaml);
    }

    private static async Task<Page<DefinitionView>> ListAsync(HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        Reading.RequireOwn(http.Actor());
        var query = Query.OfList(http.Request, "status");
        var statuses = query.AnyOf<DefinitionStatus>("status", Query.Capitals);
        var pointers = reading.Snapshot.Definitions
            .Where(pair => pair.Value.Value is { Status: not DefinitionStatus.Deleted, Latest: not null } pointer && statuses?.Contains(pointer.Status) != false);
        var (items, next) = Paging.Slice(pointers, pair => pair.Key, query);
        var status = items.ToDictionary(pair => pair.Key, pair => pair.Value.Value.Status);
        var definitions = await control.ReadDefinitionsAsync([.. items.Select(pair => (pair.Key, pair.Value.Value.Latest!))], cancellationToken);
        return new Page<DefinitionView>([.. definitions.Select(definition => DefinitionView.Of(definition, status[definition.Name]))], next);
    }

    private static async Task<Ok<DefinitionView>> GetAsync(string id, HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        Reading.RequireOwn(http.Actor());
        var pointer = await reading.DefinitionAsync(id, null, cancellationToken);
        return TypedResults.Ok(DefinitionView.Of(await control.ReadDefinitionAsync(id, pointer.Latest!, cancellationToken), pointer.Status));
    }

    private static async Task<Page<DefinitionView>> ListVersionsAsync(string id, HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        Reading.RequireOwn(http.Actor());
        var query = Query.OfList(http.Request);
        var pointer = await reading.DefinitionAsync(id, null, cancellationToken);
        var (items, next) = Paging.Slice(pointer.Versions.Index(), pair => (int.MaxValue - pair.Index).ToString("D10", null), query);
        var definitions = await control.ReadDefinitionsAsync([.. items.Select(pair => (id, pair.Item.Version))], cancellationToken);
        return new Page<DefinitionView>([.. definitions.Select(definition => DefinitionView.Of(definition, pointer.Status))], next);
    }

    private static async Task<Ok<DefinitionView>> GetVersionAsync(
        string id, string version, HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        Reading.RequireOwn(http.Actor());
        var pointer = await reading.DefinitionAsync(id, version, cancellationToken);
        return TypedResults.Ok(DefinitionView.Of(await control.ReadDefinitionAsync(id, version, cancellationToken), pointer.Status));
    }

    private static async Task<ContentHttpResult> GetLabAsync(
        string id, string version, HttpContext http, Reading reading, ControlPlane control, CancellationToken cancellationToken)
    {
        Reading.RequireOwn(http.Actor());
        await reading.DefinitionAsync(id, version, cancellationToken);
        return TypedResults.Text(await control.ReadLabAsync(id, version, cancellationToken), YamlTypes[0], System.Text.Encoding.UTF8);
    }

    private static async Task<Accepted<DefinitionView>> DeprecateAsync(string id, HttpContext http, ControlPlane control, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync<NoFields>(http.Request, cancellationToken, optional: true);
        var pointer = await control.DeprecateAsync(http.Actor(), http.Operation(body.Text), id, cancellationToken);
        return TypedResults.Accepted($"/api/v1/definitions/{id}", DefinitionView.Of(await control.ReadDefinitionAsync(id, pointer.Latest!, cancellationToken), pointer.Status));
    }

    private static async Task<NoContent> DeleteAsync(string id, HttpContext http, ControlPlane control, CancellationToken cancellationToken)
    {
        await control.DeleteDefinitionAsync(http.Actor(), http.Operation(""), id, cancellationToken);
        return TypedResults.NoContent();
    }
}
