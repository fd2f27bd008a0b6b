using System.Globalization;
using Ccm.Engine.Auditing;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.Lifecycle;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Audit;

/// <summary>Runs over the whole chain when asked, and tells how far it is and what it found.</summary>
public sealed partial class VerifyPanel : IDisposable, IProgress<ChainProgress>
{
    private CancellationTokenSource? _stop;
    private bool _checking;
    private ChainProgress? _progress;
    private ChainReport? _report;
    private string? _problem;

    [CascadingParameter]
    private Actor? Actor { get; set; }

    [Inject]
    private ControlPlane Control { get; set; } = null!;

    [Inject]
    private IOptions<RetentionOptions> Retention { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private ILogger<VerifyPanel> Log { get; set; } = null!;

    private string Icon => _report is { Break: not null } || _problem is not null ? Icons.Material.Outlined.GppMaybe : _report is null ? Icons.Material.Outlined.Link : Icons.Material.Outlined.VerifiedUser;

    private Color Tone => _report is { Break: not null } ? Color.Error : _problem is not null ? Color.Warning : _report is null ? Color.Default : Color.Success;

    /// <summary>Told by the run, which is on a thread of its own.</summary>
    public void Report(ChainProgress value) => _ = InvokeAsync(() =>
    {
        _progress = value;
        StateHasChanged();
    });

    public void Dispose() => _stop?.Cancel();

    private void Stop() => _stop?.Cancel();

    private async Task CheckAsync()
    {
        using var stop = new CancellationTokenSource();
        (_stop, _checking, _progress, _report, _problem) = (stop, true, null, null, null);
        try
        {
            // Hashing is work: the page's own thread would be taken by it.
            _report = await Task.Run(() => Control.VerifyAuditAsync(Actor!, this, stop.Token), stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _problem = "It was stopped.";
        }
        catch (Exception exception)
        {
            _problem = Faults.Describe(exception, Log);
        }
        finally
        {
            (_stop, _checking) = (null, false);
        }
    }

    /// <summary>A chain whose beginning is gone looks the same whether it was forgotten in time or taken away; only its age tells.</summary>
    private string Beginning(AuditEvent oldest)
    {
        var days = Retention.Value.AuditDays;
        var age = Time.GetUtcNow() - oldest.Time;
        return age > TimeSpan.FromDays(days - 1) ? $"The {Counted.Of(oldest.Sequence - 1, "event before is", "events before are")} forgotten: each is kept for {days} days."
            : $"The {Counted.Of(oldest.Sequence - 1, "event before is", "events before are")} gone, though the oldest left is only {Words.Lasting(age)} old and each is kept for {days} days. Unless nothing happened before it for long, compare with a backup.";
    }

    private static string Link(AuditEvent damaged) => string.Create(CultureInfo.InvariantCulture, $"/audit?event={damaged.Sequence}");
}
