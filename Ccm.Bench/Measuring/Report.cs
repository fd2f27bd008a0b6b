using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ccm.Bench.Measuring;

/// <summary>What a run prints: a table for people, then one line for scripts.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions OneLine = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The first row is the head; the first column is text, the others are numbers.</summary>
    public static void Table(IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            Console.WriteLine(string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).TrimEnd());
    }

    public static void Json<T>(T figures) => Console.WriteLine(JsonSerializer.Serialize(figures, OneLine));

    /// <summary>Three digits that mean something.</summary>
    public static double Rounded(double value) => value == 0 || !double.IsFinite(value) ? value
        : Math.Round(value, Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 6));
}
