using System.Globalization;
using Ccm.Engine.Documents;
using Ccm.Portal.Api;
using Ccm.Portal.Components.Shared.Events;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Audit;

/// <summary>One event; it is painted again only when it is opened or closed, since nothing of it ever changes.</summary>
public sealed partial class AuditRow
{
    private (long Sequence, bool IsOpen, Viewer Viewer)? _painted;
    private EventData _data = null!;
    private string _title = "";
    private string _object = "";
    private string _summary = "";

    [CascadingParameter]
    private Viewer Viewer { get; set; } = Viewer.Default;

    [Parameter, EditorRequired]
    public AuditEvent Event { get; set; } = null!;

    [Parameter]
    public bool IsOpen { get; set; }

    /// <summary>Opens or closes it, by sequence.</summary>
    [Parameter]
    public EventCallback<long> OnToggle { get; set; }

    /// <summary>Shows only what that actor did.</summary>
    [Parameter]
    public EventCallback<string> OnActor { get; set; }

    /// <summary>The id of the element that holds an event's details.</summary>
    public static string DetailsOf(AuditEvent audited) => string.Create(CultureInfo.InvariantCulture, $"event-{audited.Sequence}");

    protected override void OnInitialized()
    {
        _data = EventData.Of(Event);
        _title = EventWords.Title(Event.Type);
        _object = Event.Subject.Split('/', 2) is [_, { Length: > 0 } id] ? id : Event.Subject;
        _summary = EventWords.Summary(FieldDiff.Of(Event.Data));
    }

    protected override bool ShouldRender()
    {
        var now = (Event.Sequence, IsOpen, Viewer);
        var changed = _painted != now;
        _painted = now;
        return changed;
    }
}
