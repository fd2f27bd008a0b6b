using System.Globalization;
using Ccm.Engine.Leadership;
using Ccm.Engine.Watching;
using Ccm.Portal.Health;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>The process that serves the page, looked at every few seconds while somebody looks.</summary>
public sealed partial class ReplicaPanel
{
    private Vitals _vitals = null!;

    [Inject]
    private Replica Replica { get; set; } = null!;

    [Inject]
    private OpenCircuits Circuits { get; set; } = null!;

    [Inject]
    private WatchCache Cache { get; set; } = null!;

    protected override TimeSpan? LookEvery => TimeSpan.FromSeconds(5);

    protected override void OnInitialized() => LookAgain();

    protected override bool LookAgain()
    {
        _vitals = Vitals.Of(Replica, Circuits, Cache);
        return true;
    }

    private static string Megabytes(long bytes) => (bytes / 1048576.0).ToString("#,0", CultureInfo.InvariantCulture) + " MB";
}
