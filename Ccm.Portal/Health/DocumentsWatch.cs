using Ccm.Engine.Control;
using Ccm.Engine.Documents;

namespace Ccm.Portal.Health;

/// <summary>Asks the document store every other second, so that pages can say that it is away without asking it each.</summary>
internal sealed partial class DocumentsWatch(ControlPlane control, TimeProvider time, ILogger<DocumentsWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);
    private volatile string? _problem;

    /// <summary>Why it does not answer; null while it does.</summary>
    public string? Problem => _problem;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await LookAsync(stoppingToken);
            await Task.Delay(Beat, time, stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await control.ReadAuditAsync(new AuditQuery(Limit: 1), cancellationToken);
            if (_problem is not null)
                LogBack();
            _problem = null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever the store's client throws, it does not answer, and this goes on asking.
            var reason = exception is RefusedException refused ? refused.Problems[0].Reason : exception.Message;
            if (_problem is null)
                LogAway(reason);
            _problem = reason;
        }
    }

    [LoggerMessage(6101, LogLevel.Warning, "{Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(6102, LogLevel.Information, "The document store answers again.")]
    private partial void LogBack();
}
