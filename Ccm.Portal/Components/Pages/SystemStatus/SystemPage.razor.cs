using Ccm.Engine.Watching;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>Leaders, stores and the size of it all.</summary>
public sealed partial class SystemPage
{
    private bool _behind;

    [Inject]
    private IConfiguration Configuration { get; set; } = null!;

    /// <summary>All of the fleet is counted each time, so not with each change.</summary>
    protected override TimeSpan? LookEvery => TimeSpan.FromSeconds(1);

    protected override bool Apply(FleetChange change)
    {
        _behind = true;
        return false;
    }

    protected override bool LookAgain()
    {
        var behind = _behind;
        _behind = false;
        return behind;
    }
}
