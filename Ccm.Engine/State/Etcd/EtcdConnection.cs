using System.Collections.Immutable;
using Etcdserverpb;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.State.Etcd;

/// <summary>
/// The servers, of which all calls use the same one until it fails or falls silent; then all go on with the next, and nobody tries a
/// dead one again before those after it have failed too. What reads may be asked again there; a write only when it surely never
/// began, since it could be applied twice. Every call has an end.
/// </summary>
internal sealed partial class EtcdConnection : IDisposable
{
    /// <summary>After so long without an answer a call is given up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Where there is another server, one that has not answered for so long gets no new calls.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1.5);

    private readonly EtcdSignIn _signIn;
    private readonly ILogger _logger;
    private readonly Dictionary<EtcdMember, Task> _ready = [];
    private readonly HashSet<string> _told = [];
    private readonly Lock _lock = new();
    private int _current;

    /// <exception cref="ArgumentException">A setting cannot be used; the message names it.</exception>
    public EtcdConnection(EtcdEndpoints endpoints, EtcdOptions options, TimeProvider time, ILogger logger)
    {
        if (!endpoints.UsesTls && options.TlsSettings.FirstOrDefault() is { } setting)
            throw new ArgumentException($"{setting} is set, but ConnectionStrings:etcd names plain endpoints: write them as https://host:port, or remove the setting.");
        var tls = new EtcdTls(options);
        Members = [.. endpoints.Addresses.Select(address => new EtcdMember(address, endpoints.UsesTls, tls, time))];
        _signIn = new EtcdSignIn(options);
        Time = time;
        _logger = logger;
    }

    public ImmutableArray<EtcdMember> Members { get; }

    public TimeProvider Time { get; }

    private EtcdMember Current => Members[Volatile.Read(ref _current)];

    /// <summary>For a stream: a server that can be used now, and the headers for it.</summary>
    /// <exception cref="EtcdMemberException">None can.</exception>
    public async Task<(EtcdMember Member, Metadata Headers)> PickAsync(CancellationToken cancellationToken)
    {
        var refused = new List<string>();
        while (true)
        {
            var member = Current;
            try
            {
                await ReadyAsync(member, cancellationToken);
                return (member, _signIn.Headers());
            }
            catch (EtcdMemberException exception)
            {
                Leave(member, exception.Message);
                refused.Add(exception.Message);
                if (refused.Count >= Members.Length)
                    throw new EtcdMemberException(string.Join(' ', refused.Distinct()), exception.Permanent, exception);
            }
        }
    }

    /// <summary>One call with one answer.</summary>
    /// <param name="repeatable">It may happen twice.</param>
    /// <exception cref="RpcException">A server said no, or what became of the call is not known; DeadlineExceeded when there was no answer within <see cref="Patience"/>.</exception>
    /// <exception cref="EtcdMemberException">No server could be used, and nothing was sent.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled it.</exception>
    public async Task<T> CallAsync<T>(Func<EtcdMember, CallOptions, AsyncUnaryCall<T>> begin, bool repeatable, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var (member, headers) = await PickInTimeAsync(late, either.Token, cancellationToken);
            try
            {
                return await OnceAsync(member, options => begin(member, options), headers, repeatable && attempt < Members.Length, either.Token);
            }
            catch (RpcException exception)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (EtcdErrors.IsStaleToken(exception))
                {
                    if (attempt <= 2 && _signIn.Forget(headers))
                    {
                        Doubt(member);
                        continue;
                    }
                    throw;
                }
                if (EtcdErrors.IsRefusal(exception) || EtcdErrors.IsTooLarge(exception))
                    throw;
                Leave(member, exception.Status.Detail);
                if (late.IsCancellationRequested)
                    throw new RpcException(new Status(StatusCode.DeadlineExceeded, $"no answer within {Patience.TotalSeconds:0} s", exception));
                if (attempt > Members.Length || !(repeatable || EtcdErrors.IsTurnedAway(exception)))
                    throw;
            }
        }
    }

    /// <summary>The same for what changes nothing.</summary>
    /// <exception cref="StateStoreUnavailableException">The servers cannot answer.</exception>
    public async Task<T> ReadAsync<T>(Func<EtcdMember, CallOptions, AsyncUnaryCall<T>> begin, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(begin, repeatable: true, cancellationToken);
        }
        catch (Exception exception) when (exception is EtcdMemberException || (exception is RpcException rpc && !EtcdErrors.IsCompacted(rpc) && !EtcdErrors.IsFuture(rpc) && !EtcdErrors.IsTooLarge(rpc)))
        {
            throw Unavailable(exception);
        }
    }

    /// <summary>The same failure in words that name the setting.</summary>
    public StateStoreUnavailableException Unavailable(Exception exception) => new(Describe(exception), exception);

    public string Describe(Exception exception) =>
        $"etcd (ConnectionStrings:etcd): {(exception is RpcException rpc ? EtcdErrors.Describe(rpc, Current.Endpoint) : exception.Message)}";

    /// <summary>Whether it can be used, asked anew each time; for the start and for people.</summary>
    /// <exception cref="EtcdMemberException">It cannot, and why.</exception>
    public async Task ProbeAsync(EtcdMember member, CancellationToken cancellationToken)
    {
        Doubt(member);
        await ReadyAsync(member, cancellationToken);
    }

    /// <summary>What a server says of itself, whether or not it knows a leader.</summary>
    /// <exception cref="EtcdMemberException">It cannot be used, and why.</exception>
    public async Task<EtcdReport> ReportAsync(EtcdMember member, TimeSpan atMost, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await _signIn.EnsureAsync(member, atMost, cancellationToken);
            var headers = _signIn.Headers(needsLeader: false);
            try
            {
                return EtcdReport.Of(await member.AskAsync((asked, options) => asked.Maintenance.StatusAsync(new StatusRequest(), options), headers, atMost, cancellationToken));
            }
            catch (EtcdMemberException exception) when (exception.InnerException is RpcException { StatusCode: StatusCode.PermissionDenied })
            {
                return await EtcdReport.FromPagesAsync(member, atMost, cancellationToken);
            }
            catch (EtcdMemberException exception) when (attempt == 1 && exception.InnerException is RpcException rpc && EtcdErrors.IsStaleToken(rpc) && _signIn.Forget(headers))
            {
                // Once more with a new one.
            }
        }
    }

    /// <summary>It failed or is silent: the next one takes over.</summary>
    public void Leave(EtcdMember member, string reason)
    {
        var served = Doubt(member);
        var index = Members.IndexOf(member);
        var next = (index + 1) % Members.Length;
        if (Interlocked.CompareExchange(ref _current, next, index) == index && served && next != index)
            LogLeft(member.Endpoint, Members[next].Endpoint, reason);
    }

    /// <summary>A stream's token was refused.</summary>
    public void Forget(Metadata headers) => _signIn.Forget(headers);

    public void Dispose()
    {
        foreach (var member in Members)
            member.Dispose();
    }

    private async Task<(EtcdMember, Metadata)> PickInTimeAsync(CancellationTokenSource late, CancellationToken either, CancellationToken cancellationToken)
    {
        try
        {
            return await PickAsync(either);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new EtcdMemberException($"no server answers within {Patience.TotalSeconds:0} s.", permanent: false);
        }
    }

    private async Task<T> OnceAsync<T>(EtcdMember member, Func<CallOptions, AsyncUnaryCall<T>> begin, Metadata headers, bool endWhenSlow, CancellationToken cancellationToken)
    {
        if (Members.Length == 1)
        {
            using var only = begin(new CallOptions(headers, cancellationToken: cancellationToken));
            return await only.ResponseAsync;
        }
        using var slow = new CancellationTokenSource(Slow, Time);
        await using var leaving = slow.Token.Register(() => Leave(member, $"no answer within {Slow.TotalSeconds} s"));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, endWhenSlow ? slow.Token : CancellationToken.None);
        using var call = begin(new CallOptions(headers, cancellationToken: either.Token));
        return await call.ResponseAsync;
    }

    /// <summary>Asked once, until the server is doubted: what version it is, whether it knows a leader, and that it lets us in.</summary>
    private Task ReadyAsync(EtcdMember member, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_ready.TryGetValue(member, out var ready) || (ready.IsCompleted && !ready.IsCompletedSuccessfully))
                _ready[member] = ready = PrepareAsync(member);
            return ready.IsCompletedSuccessfully ? ready : ready.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Whether it was believed in until now. One that is being asked is doubted already.</summary>
    private bool Doubt(EtcdMember member)
    {
        lock (_lock)
            return _ready.TryGetValue(member, out var ready) && ready.IsCompleted && _ready.Remove(member) && ready.IsCompletedSuccessfully;
    }

    private async Task PrepareAsync(EtcdMember member)
    {
        var report = await ReportAsync(member, Members.Length == 1 ? Patience : Slow, CancellationToken.None);
        EtcdVersions.Refuse(report.Version, member.Endpoint);
        if (!report.HasLeader)
            throw new EtcdMemberException($"{member.Endpoint} knows no leader: a majority of the servers is away, or this one is cut off from them.", permanent: false);
        bool told;
        lock (_lock)
            told = !EtcdVersions.IsBelowFloor(report.Version) || !_told.Add(report.Version);
        if (!told)
            LogBelowFloor(member.Endpoint, report.Version);
    }

    [LoggerMessage(2101, LogLevel.Warning, "etcd at {Endpoint} is {Version}, which lacks fixes for lost watch events; run 3.5.33, 3.6.14 or newer in production.")]
    private partial void LogBelowFloor(string endpoint, string version);

    [LoggerMessage(2106, LogLevel.Warning, "etcd at {Endpoint} is left for {Next}: {Reason}")]
    private partial void LogLeft(string endpoint, string next, string reason);
}
