using Ccm.Engine.Hosts;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Api;

/// <param name="Id">On the host.</param>
/// <param name="InstanceId">The instance whose lab it is; null for one that CCM does not know and never touches.</param>
internal sealed record HostLabView(string Id, string Title, HostLabState State, int NodeCount, string? InstanceId)
{
    public static HostLabView Of(HostLab lab, FleetSnapshot snapshot) =>
        new(lab.Id, lab.Title, lab.State, lab.NodeCount, LabTitle.InstanceOf(lab.Title) is { } id && snapshot.Instances.ContainsKey(id) ? id : null);
}
