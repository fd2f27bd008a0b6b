using System.Security.Cryptography;
using Ccm.Engine.Documents;
using Ccm.Portal.Identity.Embedded;
using Microsoft.AspNetCore.DataProtection;

namespace Ccm.Portal.Identity.Keys;

/// <summary>
/// Reads the keys at start, and again and again while the document store is away. Once read they are kept in memory: a later outage
/// costs nobody their session.
/// </summary>
internal sealed partial class KeyGate(IServiceProvider services, TimeProvider time, ILogger<KeyGate> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Why nobody can be told from anybody else yet; null once the keys are there.</summary>
    public string? Waiting { get; private set; } = "The keys have not been read yet.";

    /// <summary>Once before anything is answered; without success the start goes on.</summary>
    public override Task StartAsync(CancellationToken cancellationToken) => TryRead() ? Task.CompletedTask : base.StartAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        do
            await Task.Delay(Pause, time, stoppingToken);
        while (!TryRead());
    }

    private bool TryRead()
    {
        try
        {
            // Protecting makes the first key where there is none.
            services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Ccm.Keys").Protect([]);
            services.GetService<EmbeddedKeys>();
            Waiting = null;
            return true;
        }
        catch (Exception exception) when (exception is DocumentsUnavailableException or CryptographicException { InnerException: DocumentsUnavailableException })
        {
            var reason = (exception as DocumentsUnavailableException ?? exception.InnerException!).Message;
            if (Waiting != reason)
                LogWaiting(reason);
            Waiting = reason;
            return false;
        }
    }

    [LoggerMessage(7231, LogLevel.Warning, "Nobody can be signed in and no token be checked yet, because the keys cannot be read: {Reason}")]
    private partial void LogWaiting(string reason);
}
