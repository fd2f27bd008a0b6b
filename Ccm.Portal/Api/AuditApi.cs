using Ccm.Engine.Auditing;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccm.Portal.Api;

/// <summary><c>/api/v1/audit</c>, the trail.</summary>
internal static class AuditApi
{
    private static readonly string[] Filters = ["subject", "type", "actor", "text", "via", "operationId", "range", "from", "until"];

    public static void MapAudit(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/audit").WithTags("Audit");
        group.MapGet("", ListAsync)
            .WithSummary("The audit trail, newest first.")
            .WithDescription("Filters: subject (templates/small, or templates/* for all), type (the same way, as ccm.worker.*), actor (id or name), text, via (person, rest or engine: who did it, and which way), operationId, range (1h, 24h, 7d, 30d: the last) or from and until (times with an offset).");
        group.MapGet("/export", ExportAsync)
            .WithSummary("All that the same filters find, newest first, as one file (admin): format=csv or json.");
        group.MapGet("/verification", VerifyAsync)
            .WithSummary("Runs over the whole hash chain and holds it against its head (admin): whole, or the first place where it does not fit.");
    }

    /// <summary>The same for pages: by the session's cookie.</summary>
    public static void MapAuditExport(this IEndpointRouteBuilder app) => app.MapGet(AuditExport.Path, ExportAsync).ExcludeFromDescription();

    /// <summary>As a filter has it.</summary>
    public static string Spell(AuditVia via) => via.ToString().ToLowerInvariant();

    private static async Task<Ok<Page<EventView>>> ListAsync(HttpContext http, EventReading events, TimeProvider time, CancellationToken cancellationToken)
    {
        Reading.RequireAll(http.Actor(), "the audit trail");
        var query = Query.OfList(http.Request, [.. Filters]);
        return TypedResults.Ok(await events.TrailAsync(FilterOf(query, time), query, cancellationToken));
    }

    private static Task ExportAsync(HttpContext http, ControlPlane control, TimeProvider time)
    {
        var query = Query.Of(http.Request, ["format", .. Filters]);
        var events = control.ExportAuditAsync(http.Actor(), FilterOf(query, time), http.RequestAborted);
        return query.Text("format") switch
        {
            "csv" => AuditExport.WriteCsvAsync(http, events, time.GetUtcNow()),
            "json" => AuditExport.WriteJsonAsync(http, events, time.GetUtcNow()),
            var other => throw RefusedException.Invalid("format", other is null ? "The format is missing." : $"'{other}' is no format.", "Give format=csv or format=json."),
        };
    }

    private static async Task<Ok<ChainReportView>> VerifyAsync(HttpContext http, ControlPlane control, CancellationToken cancellationToken)
    {
        Query.Of(http.Request);
        return TypedResults.Ok(ChainReportView.Of(await control.VerifyAuditAsync(http.Actor(), new Unwatched(), cancellationToken)));
    }

    private static AuditQuery FilterOf(Query query, TimeProvider time) => new(
        query.Text("subject"), query.Text("type"), query.Text("actor"), query.Text("text"), query.Text("operationId"),
        query.Text("range") is { } range ? time.GetUtcNow() - AuditRanges.Read(range) : query.Time("from"), query.Time("until"),
        Via: query.OneOf<AuditVia>("via", Spell));

    private sealed class Unwatched : IProgress<ChainProgress>
    {
        public void Report(ChainProgress value)
        {
        }
    }
}

/// <summary>Times of the trail that people ask for again and again.</summary>
internal static class AuditRanges
{
    public static readonly (string Name, TimeSpan Length)[] All =
        [("1h", TimeSpan.FromHours(1)), ("24h", TimeSpan.FromHours(24)), ("7d", TimeSpan.FromDays(7)), ("30d", TimeSpan.FromDays(30))];

    /// <exception cref="RefusedException">It is none of them.</exception>
    public static TimeSpan Read(string name) => Find(name)
        ?? throw RefusedException.Invalid("range", $"'{name}' is no range.", $"Give one of {string.Join(", ", All.Select(range => range.Name))}, or from and until.");

    /// <summary>Null when it is none of them.</summary>
    public static TimeSpan? Find(string? name) => All.Where(range => range.Name == name).Select(range => (TimeSpan?)range.Length).FirstOrDefault();
}

/// <param name="Whole">Whether all of it fits.</param>
/// <param name="Checked">Events that fit, up to the break if there is one.</param>
/// <param name="First">The oldest event kept; what was before it is forgotten.</param>
internal sealed record ChainReportView(bool Whole, long Checked, ChainEventView? First, ChainEventView? Last, ChainBreakView? Break)
{
    public static ChainReportView Of(ChainReport report) => new(report.Break is null, report.Checked, ChainEventView.Of(report.First), ChainEventView.Of(report.Last),
        report.Break is { } broken ? new ChainBreakView(broken.Sequence, broken.Event?.Id, broken.What, broken.Fix) : null);
}

internal sealed record ChainEventView(long Sequence, string Id, DateTimeOffset Time)
{
    public static ChainEventView? Of(AuditEvent? audited) => audited is null ? null : new ChainEventView(audited.Sequence, audited.Id, audited.Time);
}

/// <param name="EventId">Null when the event is missing.</param>
internal sealed record ChainBreakView(long Sequence, string? EventId, string What, string Fix);
