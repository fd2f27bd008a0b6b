using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Audit;

/// <summary>What of the trail is asked for. The page's address holds it; this only asks for another.</summary>
public sealed partial class AuditFilters
{
    private const string Between = "between";

    [CascadingParameter]
    private Viewer Viewer { get; set; } = Viewer.Default;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Parameter, EditorRequired]
    public AuditFilter Filter { get; set; } = new();

    /// <summary>Names by id of those who are seen to have acted.</summary>
    [Parameter]
    public IReadOnlyDictionary<string, string> People { get; set; } = new Dictionary<string, string>();

    [Parameter, EditorRequired]
    public EventCallback<AuditFilter> Changed { get; set; }

    private string When => Filter.HasTimes ? Between : Filter.Range;

    /// <summary>Another question has other answers: none of them is opened.</summary>
    private Task Set(AuditFilter filter) => Changed.InvokeAsync(filter with { Open = "" });

    private Task ChooseWhen(ChangeEventArgs change) => Set(Of(change) switch
    {
        Between => Filter with { Range = "", From = Filter.ToQuery(Time.GetUtcNow()).From ?? Time.GetUtcNow().AddDays(-7), Until = null },
        var range => Filter with { Range = range, From = null, Until = null },
    });

    private string? Shown(DateTimeOffset? time) => time is { } known ? Viewer.Local(known).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture) : null;

    private DateTimeOffset? Typed(ChangeEventArgs change) =>
        DateTime.TryParse(Of(change), CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) ? Viewer.FromLocal(local) : null;

    private static string Of(ChangeEventArgs change) => (change.Value as string ?? "").Trim();
}
