using System.Net.Sockets;
using dotnet_etcd;
using Etcdserverpb;
using Grpc.Core;
using Grpc.Net.Client;

namespace Ccm.Engine.State.Etcd;

/// <summary>
/// One server of the cluster and the connection to it. A call connects when it has to and fails at once when it cannot: there is no
/// backoff that a server which is back would have to wait for.
/// </summary>
internal sealed class EtcdMember : IDisposable
{
    /// <summary>Bytes of the largest answer taken.</summary>
    private const int LargestMessage = 64 * 1024 * 1024;

    private readonly SocketsHttpHandler _handler;
    private readonly GrpcChannel _channel;
    private readonly TimeProvider _time;

    public EtcdMember(Uri address, bool usesTls, EtcdTls tls, TimeProvider time)
    {
        (Address, UsesTls, HasOwnCertificate, _time) = (address, usesTls, tls.HasOwnCertificate, time);
        _handler = new SocketsHttpHandler
        {
            // More often than every 5 s, or on an idle connection, etcd takes pings for abuse and hangs up.
            KeepAlivePingDelay = TimeSpan.FromSeconds(6),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(4),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            EnableMultipleHttp2Connections = true,
            // A busy watch fills the usual 64 KB again and again, and each time etcd has to hear that there is room.
            InitialHttp2StreamWindowSize = 4 * 1024 * 1024,
            ConnectTimeout = TimeSpan.FromSeconds(3),
            UseProxy = false,
            // With a callback of its own the library leaves connecting to this handler; else it waits longer and longer between two attempts.
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        if (usesTls)
            _handler.SslOptions = tls.For(Endpoint, problem => CertificateProblem = problem, () => AskedForCertificate = true);
        // No service config: the library repeats nothing by itself.
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = _handler, MaxReceiveMessageSize = LargestMessage, ThrowOperationCanceledOnCancellation = false });
        var calls = _channel.CreateCallInvoker();
        (Keys, Watches, Leases, Maintenance, Auth) = (new(calls), new(calls), new(calls), new(calls), new(calls));
    }

    public Uri Address { get; }

    /// <summary><c>host:port</c>.</summary>
    public string Endpoint => $"{Address.Host}:{Address.Port}";

    public bool UsesTls { get; }

    public bool HasOwnCertificate { get; }

    public KV.KVClient Keys { get; }

    public Watch.WatchClient Watches { get; }

    public Lease.LeaseClient Leases { get; }

    public Maintenance.MaintenanceClient Maintenance { get; }

    public Etcdserverpb.Auth.AuthClient Auth { get; }

    /// <summary>Why its certificate is not believed; null when it is or there is none.</summary>
    public string? CertificateProblem { get; private set; }

    /// <summary>It asked for a client certificate, and there was none to show.</summary>
    public bool AskedForCertificate { get; private set; }

    /// <summary>Asks this server and no other.</summary>
    /// <exception cref="EtcdMemberException">It cannot be used, and why.</exception>
    public async Task<T> AskAsync<T>(Func<EtcdMember, CallOptions, AsyncUnaryCall<T>> begin, Metadata headers, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(atMost, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var call = begin(this, new CallOptions(headers, cancellationToken: either.Token));
            return await call.ResponseAsync;
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw late.IsCancellationRequested ? new EtcdMemberException($"{Endpoint} does not answer.", permanent: false, exception)
                : await EtcdDiagnosis.ExplainAsync(this, exception, cancellationToken);
        }
    }

    /// <summary>One of the pages that it serves beside the calls, to anybody; null when it keeps it to itself.</summary>
    public async Task<string?> PageAsync(string path, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(_handler, disposeHandler: false) { MaxResponseContentBufferSize = LargestMessage, Timeout = atMost };
        try
        {
            using var answer = await client.GetAsync(new Uri(Address, path), cancellationToken);
            return await answer.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _channel.Dispose();
        _handler.Dispose();
    }
}
