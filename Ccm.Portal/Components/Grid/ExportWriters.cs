using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;

namespace Ccm.Portal.Components.Grid;

/// <summary>Writes rows as they come: a download of any length takes no memory to speak of.</summary>
internal static class ExportWriters
{
    private const int RowsPerFlush = 200;

    /// <summary>What a spreadsheet would take for a formula begins with an apostrophe, so that it stays text.</summary>
    private static readonly CsvConfiguration Csv = new(CultureInfo.InvariantCulture) { InjectionOptions = InjectionOptions.Escape };

    /// <summary>Not for a page: what is unusual is written as it is.</summary>
    private static readonly JsonWriterOptions Json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal delegate Task Write<TRow>(Stream to, ImmutableArray<GridColumn<TRow>> columns, IAsyncEnumerable<TRow> rows, CancellationToken cancellationToken);

    public static async Task WriteCsvAsync<TRow>(Stream to, ImmutableArray<GridColumn<TRow>> columns, IAsyncEnumerable<TRow> rows, CancellationToken cancellationToken)
    {
        await using var text = new StreamWriter(to, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await using var csv = new CsvWriter(text, Csv, leaveOpen: true);
        foreach (var column in columns)
            csv.WriteField(column.Title);
        await csv.NextRecordAsync();
        await foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var column in columns)
                csv.WriteField(GridText.Of(column.Value(row)));
            await csv.NextRecordAsync();
        }
    }

    public static async Task WriteJsonAsync<TRow>(Stream to, ImmutableArray<GridColumn<TRow>> columns, IAsyncEnumerable<TRow> rows, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(to, Json);
        var written = 0;
        json.WriteStartArray();
        await foreach (var row in rows)
        {
            json.WriteStartObject();
            foreach (var column in columns)
                WriteValue(json, column.Key, column.Value(row));
            json.WriteEndObject();
            if (++written % RowsPerFlush == 0)
                await json.FlushAsync(cancellationToken);
        }
        json.WriteEndArray();
        await json.FlushAsync(cancellationToken);
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case decimal number:
                json.WriteNumber(name, number);
                break;
            case bool yes:
                json.WriteBoolean(name, yes);
                break;
            default:
                json.WriteString(name, GridText.Of(value));
                break;
        }
    }
}
