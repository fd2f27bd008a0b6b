using Ccm.Engine.Watching;
using Ccm.Portal.Health;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>What keeps the documents, and whether it answers.</summary>
public sealed partial class DocumentsFact
{
    [Inject]
    private DocumentsWatch Documents { get; set; } = null!;

    [Inject]
    private IConfiguration Configuration { get; set; } = null!;

    protected override bool Apply(FleetChange change) => true;
}
