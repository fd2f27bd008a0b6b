using System.Text.Json;
using Ccm.Engine.Domain;
using Microsoft.JSInterop;

namespace Ccm.Portal.Components.Shared.Forms;

/// <summary>Unsaved work of a form as a browser keeps it.</summary>
/// <param name="Base">The version or revision it is made from; empty: none.</param>
/// <param name="Fields">By name.</param>
public sealed record Draft(string Base, DateTimeOffset At, Dictionary<string, string> Fields)
{
    /// <summary>Twice what a lab may have, and its fields.</summary>
    private const long MostBytes = (8 * 1024 * 1024) + (256 * 1024);

    private static readonly JsonSerializerOptions Whole = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    /// <summary>Where a browser keeps it: for each person by themselves, since several may use one browser.</summary>
    /// <param name="form">Which form, and of which object.</param>
    public static string KeyOf(Actor? person, string form) => $"ccm-draft:{person?.Id}:{form}";

    /// <summary>Null when there is none, or none that can be read.</summary>
    public static async Task<Draft?> ReadAsync(IJSRuntime script, string key, CancellationToken cancellationToken)
    {
        await using var kept = await script.InvokeAsync<IJSStreamReference>("ccm.drafts.read", cancellationToken, key);
        await using var stream = await kept.OpenReadStreamAsync(MostBytes, cancellationToken);
        try
        {
            return await JsonSerializer.DeserializeAsync<Draft>(stream, Whole, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
