using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>Meets the server before anything else does: what only the settings can mend ends the start, an outage does not.</summary>
internal sealed partial class MongoStart(MongoDocuments documents, ILogger<MongoStart> logger) : IHostedService
{
    /// <exception cref="InvalidOperationException">The server refuses the user, or is too old; the text names the setting.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await documents.MakeIndexesAsync(cancellationToken);
        }
        catch (DocumentsUnavailableException exception) when (exception.InnerException is { } inner && MongoFailure.IsForSettings(inner))
        {
            throw new InvalidOperationException(exception.Message, exception);
        }
        catch (DocumentsUnavailableException exception)
        {
            LogAway(exception.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(2401, LogLevel.Warning, "The document store is away; it is asked again all the time. {Reason}")]
    private partial void LogAway(string reason);
}
