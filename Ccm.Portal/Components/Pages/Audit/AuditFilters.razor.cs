using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Audit;

/// <summary>What of the trail is asked for. The page's address holds it; this only asks for another.</summary>
public sealed partial class AuditFilters
{
    private const string Between = "between";

    /// <summary>Stays while both times are being written anew, and neither stands.</summary>
    private bool _between;

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

    private bool IsBetween => Filter.Range.Length == 0 && (_between || Filter.HasTimes);

    private string When => IsBetween ? Between : Filter.Range;

    protected override void OnParametersSet() => _between |= Filter.HasTimes;

    /// <summary>Another question has other answers: none of them is opened.</summary>
    private Task Set(AuditFilter filter) => Changed.InvokeAsync(filter with { Open = "" });

    private Task Clear()
    {
        _between = false;
        return Set(new AuditFilter());
    }

    private Task ChooseWhen(ChangeEventArgs change)
    {
        var range = Of(change);
        _between = range == Between;
        return Set(_between
            ? Filter with { Range = "", From = Filter.ToQuery(Time.GetUtcNow()).From ?? Time.GetUtcNow().AddDays(-7), Until = null }
            : Filter with { Range = range, From = null, Until = null });
    }

    private string? Shown(DateTimeOffset? time) => time is { } known ? Viewer.Field(known) : null;

    /// <summary>A year that is still being typed is waited for.</summary>
    private Task SetTime(ChangeEventArgs change, Func<DateTimeOffset?, AuditFilter> with) => Of(change).Length == 0 ? Set(with(null))
        : DateTime.TryParse(Of(change), CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) && local.Year is > 1900 and < 9000 ? Set(with(Viewer.FromLocal(local)))
        : Task.CompletedTask;

    private static string Of(ChangeEventArgs change) => (change.Value as string ?? "").Trim();
}
