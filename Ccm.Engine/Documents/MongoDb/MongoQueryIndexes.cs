using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>Makes the indexes that make questions fast while everything else goes on, and tries until they are there.</summary>
public sealed partial class MongoQueryIndexes(MongoDocuments documents, TimeProvider time, ILogger<MongoQueryIndexes> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await documents.MakeQueryIndexesAsync(stoppingToken).ConfigureAwait(false);
                return;
            }
            catch (DocumentsUnavailableException exception)
            {
                LogNotMade(Pause.TotalSeconds, exception.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(4020, LogLevel.Warning, "The indexes that make the audit trail's filters fast are not made yet, which is tried again in {Seconds} s: {Reason}")]
    private partial void LogNotMade(double seconds, string reason);
}
