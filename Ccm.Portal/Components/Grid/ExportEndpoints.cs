using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Api;
using Ccm.Portal.Identity;

namespace Ccm.Portal.Components.Grid;

/// <summary>Tables as files: <c>/export/{name}.csv</c> and <c>.json</c>, with a page's query, hold the rows that the page shows the same person.</summary>
internal static class ExportEndpoints
{
    /// <summary>A table that follows the fleet.</summary>
    public static RouteGroupBuilder MapExport<TRow>(this RouteGroupBuilder export, GridTable<TRow> table) where TRow : class =>
        export.MapExport(table.Name, _ => table, asked => Task.FromResult(table.Source!.All(asked.Fleet, asked.Actor)));

    /// <summary>Any other that is held whole.</summary>
    /// <param name="tableFor">The table as the actor is shown it.</param>
    /// <param name="read">All rows that the actor may see, in any order.</param>
    public static RouteGroupBuilder MapExport<TRow>(this RouteGroupBuilder export, string name, Func<Actor, GridTable<TRow>> tableFor, Func<ExportAsked, Task<IEnumerable<TRow>>> read) where TRow : class =>
        export.MapExport(name, asked => Task.FromResult(tableFor(asked.Actor)), read);

    /// <summary>One that says of its rows what is not their own.</summary>
    public static RouteGroupBuilder MapExport<TRow>(this RouteGroupBuilder export, string name, Func<ExportAsked, Task<GridTable<TRow>>> tableFor, Func<ExportAsked, Task<IEnumerable<TRow>>> read) where TRow : class =>
        export.Map(name, async asked =>
        {
            var table = await tableFor(asked);
            return (table, ShownAsync(asked, table, read));
        });

    /// <summary>One of any length: no more of it is held than is being written.</summary>
    /// <param name="read">The rows that the page's address is about, in the order of the file.</param>
    public static RouteGroupBuilder MapStreamedExport<TRow>(this RouteGroupBuilder export, string name, Func<Actor, GridTable<TRow>> tableFor, Func<ExportAsked, IAsyncEnumerable<TRow>> read) where TRow : class =>
        export.Map(name, asked => Task.FromResult((tableFor(asked.Actor), read(asked))));

    /// <summary>What the page's address shows of all rows, in its order.</summary>
    internal static async IAsyncEnumerable<TRow> ShownAsync<TRow>(ExportAsked asked, GridTable<TRow> table, Func<ExportAsked, Task<IEnumerable<TRow>>> read) where TRow : class
    {
        var rule = table.Rule(GridQuery.Read(table, asked.Http.Request.QueryString.Value ?? ""));
        foreach (var row in (await read(asked)).Where(rule.Shows).Order(rule.Order))
            yield return row;
    }

    internal static Task AnswerAsync<TRow>(ExportAsked asked, GridTable<TRow> table, IAsyncEnumerable<TRow> rows, string type, ExportWriters.Write<TRow> write) where TRow : class => rows.WriteBegunAsync(begun =>
    {
        var http = asked.Http;
        var time = asked.Now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        http.Response.ContentType = $"{type}; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"ccm-{table.Name}-{time}.{(type == "text/csv" ? "csv" : "json")}\"";
        http.Response.Headers.CacheControl = "no-store";
        return write(http.Response.Body, Columns(table, http.Request.Query["cols"]), begun, http.RequestAborted);
    }, asked.Http.RequestAborted);

    private static RouteGroupBuilder Map<TRow>(this RouteGroupBuilder export, string name, Func<ExportAsked, Task<(GridTable<TRow> Table, IAsyncEnumerable<TRow> Rows)>> ask) where TRow : class
    {
        export.MapGet($"/{name}.csv", http => AnswerAsync("text/csv", ExportWriters.WriteCsvAsync, new ExportAsked(http)));
        export.MapGet($"/{name}.json", http => AnswerAsync("application/json", ExportWriters.WriteJsonAsync, new ExportAsked(http)));
        return export;

        async Task AnswerAsync(string type, ExportWriters.Write<TRow> write, ExportAsked asked)
        {
            var (table, rows) = await ask(asked);
            await ExportEndpoints.AnswerAsync(asked, table, rows, type, write);
        }
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
