using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Identity;

namespace Ccm.Portal.Components.Grid;

/// <summary>Tables as files: <c>/export/{name}.csv</c> and <c>.json</c>, with a page's query, hold the rows that the page shows the same person.</summary>
internal static class ExportEndpoints
{
    /// <summary>A table that follows the fleet.</summary>
    public static RouteGroupBuilder MapExport<TRow>(this RouteGroupBuilder export, GridTable<TRow> table) where TRow : class =>
        export.MapExport(table.Name, _ => table, asked => Task.FromResult(table.Source!.All(asked.Fleet, asked.Actor)));

    /// <summary>Any other.</summary>
    /// <param name="tableFor">The table as the actor is shown it.</param>
    /// <param name="read">All rows that the actor may see, in any order.</param>
    public static RouteGroupBuilder MapExport<TRow>(this RouteGroupBuilder export, string name, Func<Actor, GridTable<TRow>> tableFor, Func<ExportAsked, Task<IEnumerable<TRow>>> read) where TRow : class
    {
        export.MapGet($"/{name}.csv", http => AnswerAsync(new ExportAsked(http), tableFor, read, "text/csv", ExportWriters.WriteCsvAsync));
        export.MapGet($"/{name}.json", http => AnswerAsync(new ExportAsked(http), tableFor, read, "application/json", ExportWriters.WriteJsonAsync));
        return export;
    }

    internal static async Task AnswerAsync<TRow>(ExportAsked asked, Func<Actor, GridTable<TRow>> tableFor, Func<ExportAsked, Task<IEnumerable<TRow>>> read, string type, ExportWriters.Write<TRow> write)
        where TRow : class
    {
        var (http, table) = (asked.Http, tableFor(asked.Actor));
        var rows = await read(asked);
        var rule = table.Rule(GridQuery.Read(table, http.Request.QueryString.Value ?? ""));
        var time = asked.Now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        http.Response.ContentType = $"{type}; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"ccm-{table.Name}-{time}.{(type == "text/csv" ? "csv" : "json")}\"";
        http.Response.Headers.CacheControl = "no-store";
        await write(http.Response.Body, Columns(table, http.Request.Query["cols"]), rows.Where(rule.Shows).Order(rule.Order), http.RequestAborted);
    }

    /// <summary>Those asked for, in the table's order; without a known one, those shown at first.</summary>
    private static ImmutableArray<GridColumn<TRow>> Columns<TRow>(GridTable<TRow> table, string? asked) where TRow : class
    {
        var keys = asked?.Split(',') ?? [];
        var columns = table.Columns.Where(column => keys.Contains(column.Key)).ToImmutableArray();
        return columns.IsEmpty ? [.. table.Columns.Where(column => !column.Hidden)] : columns;
    }
}

/// <summary>Who asks for a download, and what its rows are read from.</summary>
internal sealed record ExportAsked(HttpContext Http)
{
    public Actor Actor { get; } = Actors.ActorOf(Http.User);

    public FleetSnapshot Fleet { get; } = Http.RequestServices.GetRequiredService<WatchCache>().Current;

    public DateTimeOffset Now { get; } = Http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();

    public ControlPlane Control => Http.RequestServices.GetRequiredService<ControlPlane>();

    /// <summary>Of the page's address; null: it has none of that name.</summary>
    public string? this[string parameter] => Http.Request.Query[parameter];
}
