using System.Globalization;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Health;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>The state store as the monitor last heard of it; no view of the page asks the store.</summary>
public sealed partial class StateStoreFacts
{
    private (StateReport, WatchFreshness) _shown;

    [Inject]
    private IStateStore Store { get; set; } = null!;

    [Inject]
    private StateMonitor Monitor { get; set; } = null!;

    protected override TimeSpan? LookEvery => TimeSpan.FromSeconds(1);

    protected override void OnAfterRender(bool firstRender)
    {
        base.OnAfterRender(firstRender);
        _shown = (Monitor.Report, Cache.Freshness);
    }

    protected override bool Apply(FleetChange change) => true;

    protected override bool LookAgain() => _shown != (Monitor.Report, Cache.Freshness);

    private static string Megabytes(long bytes) => (bytes / 1048576.0).ToString("#,0.0", CultureInfo.InvariantCulture) + " MB";
}
