using Ccm.Engine.Control;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Health;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>Who leads, whichever replica shows it. Ages grow without any change to paint them by, so they are painted once a beat.</summary>
public sealed partial class LeadersPanel
{
    private static readonly (string Part, string Key)[] Parts = [("Scheduler", StateKeys.SchedulerLeader), ("Controller", StateKeys.ControllerLeader)];

    [Inject]
    private Elections Elections { get; set; } = null!;

    [Inject]
    private Replica Replica { get; set; } = null!;

    [Inject]
    private StateMonitor Monitor { get; set; } = null!;

    protected override TimeSpan? LookEvery => TimeSpan.FromSeconds(1);

    protected override bool Apply(FleetChange change) => change.Leaders || change.IsResync;

    private Task ResignAsync(string part, string key) =>
        TryAsync(() => Control.ResignLeaderAsync(Actor!, Operation.New(), key, Left), $"The {part.ToLowerInvariant()}'s leader stands aside; another replica takes over.");
}
