using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>One instance in the grid; painted again only when it is another revision of it.</summary>
public sealed partial class InstanceRow
{
    private (InstanceEntry? Entry, bool May, bool MaySeeWorkers, DateTime Day) _painted;
    private bool _again;

    [Parameter, EditorRequired]
    public InstanceEntry Entry { get; set; } = null!;

    /// <summary>Times of today are shown without their date, so a new day is painted anew.</summary>
    [CascadingParameter]
    private Viewer Viewer { get; set; } = Viewer.Default;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    /// <summary>Whether the viewer may act on it.</summary>
    [Parameter]
    public bool May { get; set; }

    /// <summary>Whether its worker has a page for the viewer.</summary>
    [Parameter]
    public bool MaySeeWorkers { get; set; }

    [Parameter]
    public EventCallback<InstanceEntry> OnStop { get; set; }

    [Parameter]
    public EventCallback<InstanceEntry> OnCancel { get; set; }

    private bool Leaving => Entry.Value.Target != InstanceTarget.Running && Entry.Value.State is not (InstanceState.Terminated or InstanceState.Stopped);

    /// <summary>The first painting is not asked for; each later one is due once for what has changed, however often the list is laid out.</summary>
    protected override void OnParametersSet()
    {
        var day = Viewer.Local(Time.GetUtcNow()).Date;
        _again |= _painted.Entry is not null && (!ReferenceEquals(Entry, _painted.Entry) || (May, MaySeeWorkers, day) != (_painted.May, _painted.MaySeeWorkers, _painted.Day));
        _painted = (Entry, May, MaySeeWorkers, day);
    }

    protected override bool ShouldRender()
    {
        var again = _again;
        _again = false;
        return again;
    }
}
