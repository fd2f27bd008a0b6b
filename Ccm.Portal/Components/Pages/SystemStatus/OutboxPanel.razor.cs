using Ccm.Engine.Control;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Health;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>What is committed and not in the audit trail yet. Its age grows without a change to paint it by: it is painted once a beat.</summary>
public sealed partial class OutboxPanel
{
    [Inject]
    private StateMonitor Monitor { get; set; } = null!;

    [Inject]
    private PartsWatch Health { get; set; } = null!;

    [Inject]
    private IOptions<ControlOptions> Options { get; set; } = null!;

    private string Relay => Fleet.Leaders.GetValueOrDefault(StateKeys.ControllerLeader) is not { } leader ? "nobody relays: no replica leads the controller"
        : Health.Documents?.Problem is { } problem ? $"waits for the document store: {problem}"
        : $"{leader.ReplicaId} relays, as leader of the controller";

    protected override TimeSpan? LookEvery => TimeSpan.FromSeconds(2);

    protected override bool Apply(FleetChange change) => change.Outbox || change.Leaders || change.IsResync;
}
