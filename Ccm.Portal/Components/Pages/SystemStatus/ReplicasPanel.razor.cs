using Ccm.Engine.Leadership;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>All replicas, those too that lead nothing. Ages grow without any change to paint them by.</summary>
public sealed partial class ReplicasPanel
{
    [Inject]
    private Replica Replica { get; set; } = null!;

    /// <summary>Of this one it is known without being told.</summary>
    [Inject]
    private OpenCircuits Circuits { get; set; } = null!;

    protected override TimeSpan? LookEvery => TimeSpan.FromSeconds(1);

    protected override bool Apply(FleetChange change) => change.Leaders || !ReferenceEquals(change.Before.Replicas, change.After.Replicas);

    /// <summary>While this replica hears nothing of the store, it knows nothing of the others.</summary>
    private bool IsSilent(ReplicaEntry replica) => Cache.Freshness.Problem is null && replica.IsLate(Time.GetUtcNow());

    private string Heard(ReplicaEntry replica) => Time.GetUtcNow() - replica.HeardAt is { TotalSeconds: >= 1 } age ? $"{Words.Lasting(age)} ago" : "just now";
}
