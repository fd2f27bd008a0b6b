using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccm.Engine.Documents;
using CsvHelper;
using CsvHelper.Configuration;
using Microsoft.Net.Http.Headers;

namespace Ccm.Portal.Api;

/// <summary>Audit events as a file, written as they are read: neither store nor memory holds all of them at once.</summary>
internal static class AuditExport
{
    public const string Path = "/export/audit";

    private static readonly string[] Columns =
        ["sequence", "time", "type", "subject", "actor", "actorName", "actorRoles", "reason", "changes", "operationId", "revision", "id", "previousHash", "hash", "via"];

    /// <summary>What a spreadsheet would take for a formula gets an apostrophe before it.</summary>
    private static readonly CsvConfiguration Format = new(CultureInfo.InvariantCulture) { InjectionOptions = InjectionOptions.Escape };

    public static Task WriteCsvAsync(HttpContext http, IAsyncEnumerable<AuditEvent> events, DateTimeOffset now) => WriteAsync(http, "csv", "text/csv; charset=utf-8", events, now, async begun =>
    {
        // The mark tells spreadsheets that it is UTF-8.
        await using var text = new StreamWriter(http.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await using var csv = new CsvWriter(text, Format, leaveOpen: true);
        await WriteRowAsync(csv, Columns);
        await foreach (var audited in begun)
            await WriteRowAsync(csv, Row(audited));
    });

    public static Task WriteJsonAsync(HttpContext http, IAsyncEnumerable<AuditEvent> events, DateTimeOffset now) => WriteAsync(http, "json", "application/json", events, now, begun =>
        JsonSerializer.SerializeAsync(http.Response.Body, begun.Select(EventView.Of), ApiJson.Answers, http.RequestAborted));

    private static Task WriteAsync(HttpContext http, string ending, string mediaType, IAsyncEnumerable<AuditEvent> events, DateTimeOffset now, Func<IAsyncEnumerable<AuditEvent>, Task> write) => events.WriteBegunAsync(begun =>
    {
        http.Response.ContentType = mediaType;
        http.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = string.Create(CultureInfo.InvariantCulture, $"ccm-audit-{now:yyyyMMdd'T'HHmmss'Z'}.{ending}") }.ToString();
        http.Response.Headers.CacheControl = "no-store";
        return write(begun);
    }, http.RequestAborted);

    private static string[] Row(AuditEvent audited)
    {
        var told = EventData.Of(audited);
        return
        [
            audited.Sequence.ToString(CultureInfo.InvariantCulture), audited.Time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), audited.Type, audited.Subject,
            audited.Actor, told.ActorName, string.Join(", ", told.ActorRoles), told.Reason, string.Join("; ", FieldDiff.Of(audited.Data).Select(diff => diff.InWords)),
            audited.OperationId, audited.Revision.ToString(CultureInfo.InvariantCulture), audited.Id, audited.PreviousHash, audited.Hash, told.IsEngine ? "engine" : told.ByRest ? "rest" : "",
        ];
    }

    private static Task WriteRowAsync(CsvWriter csv, string[] fields)
    {
        foreach (var field in fields)
            csv.WriteField(field);
        return csv.NextRecordAsync();
    }
}
