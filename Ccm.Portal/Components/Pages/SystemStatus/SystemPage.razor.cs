using Ccm.Engine.Watching;
using Ccm.Portal.Health;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>Leaders, stores and the size of it all.</summary>
public sealed partial class SystemPage
{
    [Inject]
    private DocumentsWatch Documents { get; set; } = null!;

    [Inject]
    private IConfiguration Configuration { get; set; } = null!;

    protected override bool Apply(FleetChange change) => true;
}
