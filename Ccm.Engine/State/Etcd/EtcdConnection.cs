using System.Net.Security;
using dotnet_etcd;
using Etcdserverpb;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.State.Etcd;

/// <summary>
/// One channel to the servers, shared by all calls. Nothing is retried here: a repeated write may be applied twice, and whoever reads
/// knows better how long it is worth trying. Every call has an end.
/// </summary>
internal sealed partial class EtcdConnection : IDisposable
{
    /// <summary>After so long without an answer a call is given up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of the largest answer taken.</summary>
    public const int LargestMessage = 64 * 1024 * 1024;

    private static readonly Version Oldest = new(3, 5);

    private readonly EtcdClient _client;
    private readonly EtcdEndpoints _endpoints;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile bool _checked;

    public EtcdConnection(EtcdEndpoints endpoints, TimeProvider time, ILogger logger)
    {
        _endpoints = endpoints;
        _time = time;
        _logger = logger;
        Action<SslClientAuthenticationOptions>? tls = endpoints.UsesTls ? _ => { } : null;
        _client = new EtcdClient(endpoints.Addresses, tls, serverName: endpoints.ServerName, configureChannelOptions: Configure);
        var connection = _client.GetConnection();
        (Keys, Watches, Leases, Maintenance) = (connection.KVClient, connection.WatchClient, connection.LeaseClient, connection.MaintenanceClient);
    }

    public KV.KVClient Keys { get; }

    public Watch.WatchClient Watches { get; }

    public Lease.LeaseClient Leases { get; }

    public Maintenance.MaintenanceClient Maintenance { get; }

    public TimeProvider Time => _time;

    /// <summary>A member cut off from its leader answers with an error instead of not at all.</summary>
    public static Metadata NeedsLeader { get; } = new() { { "hasleader", "true" } };

    /// <exception cref="RpcException">It failed; DeadlineExceeded when there was no answer within <see cref="Patience"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled it.</exception>
    public async Task<T> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> begin, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var call = begin(new CallOptions(NeedsLeader, cancellationToken: either.Token));
            return await call.ResponseAsync;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Cancelled)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (late.IsCancellationRequested)
                throw new RpcException(new Status(StatusCode.DeadlineExceeded, $"no answer within {Patience.TotalSeconds:0} s"));
            throw;
        }
    }

    /// <summary>The same for what changes nothing.</summary>
    /// <exception cref="StateStoreUnavailableException">The servers cannot answer.</exception>
    public async Task<T> ReadAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> begin, CancellationToken cancellationToken)
    {
        try
        {
            await EnsureSupportedAsync(cancellationToken);
            return await CallAsync(begin, cancellationToken);
        }
        catch (RpcException exception) when (!EtcdErrors.IsCompacted(exception) && !EtcdErrors.IsFuture(exception) && !EtcdErrors.IsTooLarge(exception))
        {
            throw EtcdErrors.Unavailable(exception);
        }
    }

    /// <summary>Asks once for the version; older servers lose watch events and answer stale reads.</summary>
    /// <exception cref="NotSupportedException">It is too old.</exception>
    /// <exception cref="RpcException">It did not answer.</exception>
    public async ValueTask EnsureSupportedAsync(CancellationToken cancellationToken)
    {
        if (_checked)
            return;
        var status = await CallAsync(options => Maintenance.StatusAsync(new StatusRequest(), options.WithHeaders([])), cancellationToken);
        Refuse(status.Version, _endpoints.Addresses);
        if (!_checked && IsBelowFloor(Version.Parse(Digits(status.Version))))
            LogBelowFloor(status.Version);
        _checked = true;
    }

    /// <exception cref="NotSupportedException">The server is too old; the message names the setting.</exception>
    internal static void Refuse(string version, string endpoints)
    {
        if (!Version.TryParse(Digits(version), out var known) || known < Oldest)
            throw new NotSupportedException($"ConnectionStrings:etcd names {endpoints}, which runs etcd {version}; it takes {Oldest} or newer.");
    }

    public void Dispose() => _client.Dispose();

    /// <summary>The first of each line that has the fixes for lost and doubled watch events.</summary>
    private static bool IsBelowFloor(Version version) =>
        version < (version.Minor == 5 ? new Version(3, 5, 33) : version.Minor == 6 ? new Version(3, 6, 14) : version);

    /// <summary>3.6.0-rc.1 is read as 3.6.0.</summary>
    private static string Digits(string version) => version.Split('-', '+')[0];

    private static void Configure(GrpcChannelOptions options)
    {
        // The library's own settings repeat every call up to five times, writes too.
        options.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } };
        options.MaxReceiveMessageSize = LargestMessage;
        options.InitialReconnectBackoff = TimeSpan.FromSeconds(0.2);
        options.MaxReconnectBackoff = TimeSpan.FromSeconds(2);
        options.ThrowOperationCanceledOnCancellation = false;
        options.HttpHandler = new SocketsHttpHandler
        {
            // More often than every 5 s, or on an idle connection, etcd takes pings for abuse and hangs up.
            KeepAlivePingDelay = TimeSpan.FromSeconds(6),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(4),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(3),
        };
    }

    [LoggerMessage(2101, LogLevel.Warning, "etcd {Version} lacks fixes for lost watch events; run 3.5.33, 3.6.14 or newer in production.")]
    private partial void LogBelowFloor(string version);
}
