using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;

namespace Ccm.Engine.State.Etcd;

/// <summary>Finds out why a server cannot be used, as far as to ask it in the other scheme; says which setting to change.</summary>
internal static class EtcdDiagnosis
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<EtcdMemberException> ExplainAsync(EtcdMember member, RpcException exception, CancellationToken cancellationToken)
    {
        EtcdMemberException Permanent(string message) => new(message, permanent: true, exception);
        EtcdMemberException Passing(string message) => new(message, permanent: false, exception);

        if (EtcdErrors.IsRefusal(exception) && EtcdErrors.Describe(exception.Status.Detail) is { } said)
            return Permanent(said);
        if (Find<SocketException>(exception) is { } socket && IsConnecting(exception))
            return Passing(socket.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => $"nothing listens at {member.Endpoint}",
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"no host is known by the name '{member.Address.Host}'",
                _ => $"{member.Endpoint} cannot be reached: {socket.Message}",
            } + ".");
        if (member.CertificateProblem is { } problem)
            return Permanent(problem);
        if (exception.StatusCode == StatusCode.Unimplemented)
            return Permanent($"what answers at {member.Endpoint} is no etcd: name etcd's client port in ConnectionStrings:etcd.");
        if (member.UsesTls && await SpeaksPlainAsync(member.Address, cancellationToken))
            return Permanent($"{member.Endpoint} speaks plain http: name it as http://{member.Endpoint} in ConnectionStrings:etcd, or switch TLS on at the server.");
        if (!member.UsesTls && await SpeaksTlsAsync(member.Address, cancellationToken))
            return Permanent($"{member.Endpoint} speaks TLS: name it as https://{member.Endpoint} in ConnectionStrings:etcd.");
        if (member.UsesTls && member.AskedForCertificate)
            return Permanent($"{member.Endpoint} asks for a client certificate: set {EtcdOptions.Section}:{nameof(EtcdOptions.CertificateFile)} and {EtcdOptions.Section}:{nameof(EtcdOptions.KeyFile)}.");
        if (member is { UsesTls: true, HasOwnCertificate: true } && exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal)
            return Passing($"{member.Endpoint} hangs up after the handshake: {Innermost(exception)} It may not believe the certificate in {EtcdOptions.Section}:{nameof(EtcdOptions.CertificateFile)}.");
        return Passing(EtcdErrors.Describe(exception, member.Endpoint));
    }

    /// <summary>The call failed while connecting, so that nothing of it was sent.</summary>
    public static bool IsConnecting(RpcException exception) =>
        Find<HttpRequestException>(exception) is { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError };

    private static T? Find<T>(RpcException exception) where T : Exception
    {
        for (var inner = exception.Status.DebugException; inner is not null; inner = inner.InnerException)
        {
            if (inner is T found)
                return found;
        }
        return null;
    }

    private static string Innermost(RpcException exception) => (exception.Status.DebugException?.GetBaseException() ?? exception).Message;

    private static async Task<bool> SpeaksPlainAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new UriBuilder(address) { Scheme = Uri.UriSchemeHttp, Path = "/version" }.Uri, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Whoever answers is believed: it is only asked whether it knows the handshake.</summary>
    private static async Task<bool> SpeaksTlsAsync(Uri address, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, either.Token);
            var met = false;
            await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => met = true);
            try
            {
                await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host }, either.Token);
                return true;
            }
            catch (AuthenticationException)
            {
                // It showed its certificate, and wants one in return.
                return met;
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
