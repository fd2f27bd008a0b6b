using System.Text;
using System.Text.Json;

namespace Ccm.Engine.Hosts.Cml;

/// <summary>What a CML says about a refusal, as one line for people.</summary>
internal static class CmlWords
{
    private const int Longest = 300;

    /// <summary>The description of CML's own error, else the text of whatever it is, without what a line cannot hold.</summary>
    public static string Of(byte[] body)
    {
        var text = Description(body) ?? Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, Longest * 4)));
        var line = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c).Take(Longest)]).Trim();
        return line.Length == 0 ? "no reason given" : line;
    }

    private static string? Description(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("description", out var said) && said.ValueKind == JsonValueKind.String ? said.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
