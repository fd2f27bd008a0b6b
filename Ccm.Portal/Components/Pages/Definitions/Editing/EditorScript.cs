using System.Text.Json;
using Microsoft.JSInterop;

namespace Ccm.Portal.Components.Pages.Definitions.Editing;

/// <summary>Unsaved work as a browser keeps it.</summary>
/// <param name="Base">The version it is made from; empty: none.</param>
/// <param name="Fields">By name.</param>
internal sealed record Draft(string Base, DateTimeOffset At, string Yaml, Dictionary<string, string> Fields);

/// <summary>The editor's script, loaded where somebody edits and nowhere else.</summary>
internal static class EditorScript
{
    public const string Path = "./Components/Pages/Definitions/Editing/LabEditor.razor.js";

    /// <summary>Twice what a lab may have, and its fields.</summary>
    private const long MostBytes = (4 * LabEditor.MostBytes) + (256 * 1024);

    public static ValueTask<IJSObjectReference> ImportAsync(IJSRuntime script) => script.InvokeAsync<IJSObjectReference>("import", Path);

    /// <summary>Null when there is none, or none that can be read.</summary>
    public static async Task<Draft?> ReadDraftAsync(IJSObjectReference module, string key, CancellationToken cancellationToken)
    {
        await using var kept = await module.InvokeAsync<IJSStreamReference>("readDraft", cancellationToken, key);
        await using var stream = await kept.OpenReadStreamAsync(MostBytes, cancellationToken);
        try
        {
            return await JsonSerializer.DeserializeAsync<Draft>(stream, JsonSerializerOptions.Web, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static ValueTask DownloadAsync(IJSObjectReference module, string name, string text) => module.InvokeVoidAsync("download", name, text);
}
