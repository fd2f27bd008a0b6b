using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccm.Portal.Components.Grid;
using Ccm.Tests.Domain;
using CsvHelper;

namespace Ccm.Tests.Components.Grid;

public sealed class ExportWritersTests
{
    private sealed record Row(string? Text, int Number, DateTimeOffset? Time, bool Yes);

    private static readonly ImmutableArray<GridColumn<Row>> Columns =
    [
        GridColumn.Of("Some text", (Row row) => row.Text), GridColumn.Of("Number", (Row row) => row.Number),
        GridColumn.Of("Time", (Row row) => row.Time), GridColumn.Of("Yes", (Row row) => row.Yes),
    ];

    /// <summary>What a spreadsheet would calculate begins with an apostrophe, quoted or not; all else is as it was.</summary>
    [Theory]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")", "'=HYPERLINK(\"http://x\",\"y\")")]
    [InlineData("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "'\r=1")]
    [InlineData("a=b, \"c\"\nd", "a=b, \"c\"\nd")]
    [InlineData("übung 🧪", "übung 🧪")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public async Task Csv_AnyText_IsNoFormula(string? text, string read)
    {
        var rows = Csv(await WriteAsync(ExportWriters.WriteCsvAsync, new Row(text, 7, Sample.Now, true), new Row("last", 8, null, false)));

        Assert.Equal(["Some text", "Number", "Time", "Yes"], rows[0]);
        Assert.Equal([read, "7", "2026-03-01T12:00:00Z", "yes"], rows[1]);
        Assert.Equal(["last", "8", "", "no"], rows[2]);
        Assert.Equal(3, rows.Count);
    }

    [Fact]
    public async Task Csv_Always_TellsSpreadsheetsItsEncoding() => Assert.Equal(Encoding.UTF8.GetPreamble(), (await WriteAsync(ExportWriters.WriteCsvAsync, []))[..3]);

    [Fact]
    public async Task Json_Rows_HaveTypedFields()
    {
        var written = JsonSerializer.Deserialize<JsonElement>(await WriteAsync(ExportWriters.WriteJsonAsync, new Row("=1 \"<ü>", 7, Sample.Now, true), new Row(null, -1, null, false)));

        Assert.Equal("=1 \"<ü>", written[0].GetProperty("someText").GetString());
        Assert.Equal(7, written[0].GetProperty("number").GetInt32());
        Assert.Equal(Sample.Now, written[0].GetProperty("time").GetDateTimeOffset());
        Assert.True(written[0].GetProperty("yes").GetBoolean());
        Assert.Equal(JsonValueKind.Null, written[1].GetProperty("someText").ValueKind);
        Assert.Equal(2, written.GetArrayLength());
    }

    [Fact]
    public async Task Json_ManyRows_AreAllThere()
    {
        var written = JsonSerializer.Deserialize<JsonElement>(await WriteAsync(ExportWriters.WriteJsonAsync, [.. Enumerable.Range(0, 1001).Select(n => new Row("x", n, null, false))]));

        Assert.Equal(Enumerable.Range(0, 1001), written.EnumerateArray().Select(row => row.GetProperty("number").GetInt32()));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    public async Task Write_ManyRows_AreWrittenAsTheyAreRead(string kind)
    {
        using var to = new MemoryStream();
        ExportWriters.Write<Row> write = kind == "csv" ? ExportWriters.WriteCsvAsync : ExportWriters.WriteJsonAsync;

        await write(to, Columns, ReadAsync(), CancellationToken.None);

        async IAsyncEnumerable<Row> ReadAsync()
        {
            for (var n = 0; n < 2000; n++)
            {
                yield return new Row("x", n, null, false);
                await Task.Yield();
            }
            // The last few hundred at the most are still on their way.
            Assert.InRange(to.Length, 1500 * "x,1000,,no".Length, long.MaxValue);
        }
    }

    private static async Task<byte[]> WriteAsync(ExportWriters.Write<Row> write, params Row[] rows)
    {
        using var to = new MemoryStream();
        await write(to, Columns, rows.ToAsyncEnumerable(), CancellationToken.None);
        return to.ToArray();
    }

    private static List<string[]> Csv(byte[] written)
    {
        using var reader = new CsvParser(new StreamReader(new MemoryStream(written), Encoding.UTF8), CultureInfo.InvariantCulture);
        var rows = new List<string[]>();
        while (reader.Read())
            rows.Add(reader.Record!);
        return rows;
    }
}
