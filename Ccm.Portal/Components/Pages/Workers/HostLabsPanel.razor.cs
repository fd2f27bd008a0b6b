using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Workers;

/// <summary>What is on a host besides CCM's labs, asked of the host itself when somebody wants to know.</summary>
public sealed partial class HostLabsPanel : IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private List<HostLab>? _unknown;
    private int _all;
    private string? _problem;
    private bool _busy;

    [Parameter, EditorRequired]
    public Worker Worker { get; set; } = null!;

    [Parameter, EditorRequired]
    public FleetSnapshot Fleet { get; set; } = null!;

    [Inject]
    private HostRegistry Hosts { get; set; } = null!;

    [Inject]
    private ILogger<HostLabsPanel> Log { get; set; } = null!;

    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }

    private async Task LookAsync()
    {
        _busy = true;
        try
        {
            var labs = await Hosts.ReadLabsAsync(Worker, _left.Token);
            _all = labs.Count;
            _unknown = [.. labs.Where(lab => LabTitle.InstanceOf(lab.Title) is not { } id || !Fleet.Instances.ContainsKey(id)).OrderBy(lab => lab.Title, StringComparer.Ordinal)];
            _problem = null;
        }
        catch (OperationCanceledException) when (_left.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception exception)
        {
            _problem = Faults.Describe(exception, Log);
        }
        finally
        {
            _busy = false;
        }
    }
}
