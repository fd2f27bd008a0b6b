using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Identity;

namespace Ccm.Portal.Components.Grid;

/// <summary>Tables as files: <c>/export/{name}.csv</c> and <c>.json</c>, with a page's query, hold the rows that the page shows the same person.</summary>
internal static class ExportEndpoints
{
    /// <summary>A table that follows the fleet.</summary>
    public static RouteGroupBuilder MapExport<TRow>(this RouteGroupBuilder export, GridTable<TRow> table) where TRow : class => export.MapExport(table, (http, actor) =>
        Task.FromResult(table.Source!.All(http.RequestServices.GetRequiredService<WatchCache>().Current, actor)));

    /// <summary>Any other.</summary>
    /// <param name="read">All rows that the actor may see, in any order.</param>
    public static RouteGroupBuilder MapExport<TRow>(this RouteGroupBuilder export, GridTable<TRow> table, Func<HttpContext, Actor, Task<IEnumerable<TRow>>> read) where TRow : class
    {
        export.MapGet($"/{table.Name}.csv", http => AnswerAsync(http, table, read, "text/csv", ExportWriters.WriteCsvAsync));
        export.MapGet($"/{table.Name}.json", http => AnswerAsync(http, table, read, "application/json", ExportWriters.WriteJsonAsync));
        return export;
    }

    private static async Task AnswerAsync<TRow>(HttpContext http, GridTable<TRow> table, Func<HttpContext, Actor, Task<IEnumerable<TRow>>> read, string type, ExportWriters.Write<TRow> write)
        where TRow : class
    {
        var rows = await read(http, Actors.ActorOf(http.User));
        var rule = table.Rule(GridQuery.Read(table, http.Request.QueryString.Value ?? ""));
        var time = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
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
