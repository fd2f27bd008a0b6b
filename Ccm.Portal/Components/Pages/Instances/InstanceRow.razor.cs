using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Instances;

/// <summary>One instance in the grid; painted again only when it is another revision of it.</summary>
public sealed partial class InstanceRow
{
    private (InstanceEntry? Entry, bool May) _painted;

    [Parameter, EditorRequired]
    public InstanceEntry Entry { get; set; } = null!;

    /// <summary>Whether the viewer may act on it.</summary>
    [Parameter]
    public bool May { get; set; }

    [Parameter]
    public EventCallback<InstanceEntry> OnStop { get; set; }

    [Parameter]
    public EventCallback<InstanceEntry> OnCancel { get; set; }

    private bool Leaving => Entry.Value.Target != InstanceTarget.Running && Entry.Value.State is not (InstanceState.Terminated or InstanceState.Stopped);

    protected override bool ShouldRender()
    {
        var now = (Entry, May);
        if (ReferenceEquals(now.Entry, _painted.Entry) && now.May == _painted.May)
            return false;
        _painted = now;
        return true;
    }
}
