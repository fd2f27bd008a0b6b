using Ccm.Engine.Watching;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>Leaders, stores and the size of it all.</summary>
public sealed partial class SystemPage
{
    [Inject]
    private IConfiguration Configuration { get; set; } = null!;

    /// <summary>All of the fleet is counted each time.</summary>
    protected override TimeSpan Rest => TimeSpan.FromSeconds(1);

    protected override bool Apply(FleetChange change) => true;
}
