using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Health;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>Leaders, stores and the size of it all.</summary>
public sealed partial class SystemPage
{
    private static readonly (string Part, string Key)[] Parts = [("Scheduler", StateKeys.SchedulerLeader), ("Controller", StateKeys.ControllerLeader)];
    private StateStoreStatus? _status;
    private string _problem = "–";

    [Inject]
    private IStateStore Store { get; set; } = null!;

    [Inject]
    private Elections Elections { get; set; } = null!;

    [Inject]
    private Replica Replica { get; set; } = null!;

    [Inject]
    private DocumentsWatch Documents { get; set; } = null!;

    [Inject]
    private IConfiguration Configuration { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        try
        {
            _status = await Store.GetStatusAsync(Left);
        }
        catch (StateStoreUnavailableException exception)
        {
            _problem = $"the store does not answer: {exception.Message}";
        }
    }

    protected override bool Apply(FleetChange change) => true;

    private Task ResignAsync(string part, string key) => TryAsync(() =>
    {
        if (!May(Permission.ResignLeadership))
            throw new RefusedException(RefusalKind.Forbidden, new Problem(null, $"{Actor?.Name} may not make a leader resign.", "It takes the role admin."));
        Election(key).Resign();
        return Task.CompletedTask;
    }, $"This replica no longer leads the {part.ToLowerInvariant()}; another may take over.");

    private Election Election(string key) => key == StateKeys.SchedulerLeader ? Elections.Scheduler : Elections.Controller;
}
