using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using StackExchange.Redis;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>Meets Redis before anything else does: what only the settings can mend ends the start, an outage does not.</summary>
internal static partial class RedisStart
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <exception cref="SettingsException">Redis refuses the password, or one of the two speaks TLS and the other does not.</exception>
    public static async Task CheckAsync(ConfigurationOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        foreach (var server in options.EndPoints)
        {
            if (await OtherThanAskedAsync(server, options.Ssl, cancellationToken) is { } fix)
                throw new SettingsException($"ConnectionStrings:redis: {fix}");
        }
        // A connection of its own, since the lasting one tells nobody why it is not there.
        var once = options.Clone();
        once.AbortOnConnectFail = true;
        once.ConnectRetry = 1;
        try
        {
            await using var connected = await Task.Run(() => ConnectionMultiplexer.ConnectAsync(once), cancellationToken)
                .WaitAsync(TimeSpan.FromMilliseconds(2.0 * once.ConnectTimeout), TimeProvider.System, cancellationToken);
        }
        catch (RedisConnectionException exception) when (exception.FailureType == ConnectionFailureType.AuthenticationFailure)
        {
            var reason = exception.InnerException?.Message.TrimEnd('.');
            throw new SettingsException(exception.InnerException is AuthenticationException
                ? $"ConnectionStrings:redis: the server's certificate is refused: {reason}. Trust its authority on this machine, and name the server as its certificate does."
                : $"ConnectionStrings:redis: the server refuses who asks: {reason}. Give user=… and password=… as it knows them.");
        }
        catch (Exception exception) when (exception is RedisConnectionException or TimeoutException)
        {
            LogAway(logger, exception.Message.Split(". ")[0].TrimEnd('.'));
        }
    }

    /// <summary>What to change when the server speaks TLS and is not asked to, or the other way round; null when neither can be said.</summary>
    private static async Task<string?> OtherThanAskedAsync(EndPoint server, bool tls, CancellationToken cancellationToken)
    {
        using var soon = new CancellationTokenSource(Patience, TimeProvider.System);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, cancellationToken);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(server, until.Token);
            await using var stream = new NetworkStream(socket);
            if (tls)
                return await SpeaksPlainAsync(stream, until.Token) ? "the server speaks no TLS. Leave ssl=true away, or name its TLS port." : null;
            return await SpeaksTlsAsync(stream, until.Token) ? "the server speaks TLS only. Add ssl=true." : null;
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<bool> SpeaksPlainAsync(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
        var answer = new byte[16];
        var length = await stream.ReadAsync(answer, cancellationToken);
        return Encoding.ASCII.GetString(answer, 0, length) is ['+' or '-', ..];
    }

    /// <summary>Whether it shows a certificate, which is all that is asked of it.</summary>
    private static async Task<bool> SpeaksTlsAsync(Stream stream, CancellationToken cancellationToken)
    {
        var shown = false;
        await using var secure = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "redis",
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    shown = certificate is not null;
                    return false;
                },
            }, cancellationToken);
        }
        catch (AuthenticationException)
        {
            // As it must: it was refused.
        }
        return shown;
    }

    [LoggerMessage(7231, LogLevel.Warning, "Redis is away; it is asked again all the time, and until then nobody can sign in. {Reason}.")]
    private static partial void LogAway(ILogger logger, string reason);
}
