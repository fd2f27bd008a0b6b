using Ccm.Bench.Servers;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Engine.Watching;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Bench.Shield;

/// <summary>A portal on an etcd whose leaders are held by the bench: it watches and shows, and writes nothing of its own.</summary>
internal sealed class AttachedPortal : IAsyncDisposable
{
    private readonly List<HubConnection> _sessions = [];
    private readonly TemporaryFolder _folder = new();
    private readonly EtcdStateStore _store;
    private IStateLease _lease = null!;

    private AttachedPortal(EtcdProcess etcd) => _store = new EtcdStateStore(etcd.Endpoint, TimeProvider.System, NullLogger<EtcdStateStore>.Instance);

    public PortalProcess Portal { get; private set; } = null!;

    /// <summary>Changes that arrived at sessions, in messages of one or more.</summary>
    public long Messages => Volatile.Read(ref _messages);

    private long _messages;

    public static async Task<AttachedPortal> StartAsync(EtcdProcess etcd)
    {
        var attached = new AttachedPortal(etcd);
        attached._lease = await attached._store.GrantLeaseAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
        var nobody = DomainJson.Write(new LeaderEntry("bench", "", TimeProvider.System.GetUtcNow(), 0));
        await attached._store.CommitAsync(new StateTransaction
        {
            Puts = [new StatePut(StateKeys.SchedulerLeader, nobody, attached._lease.Id), new StatePut(StateKeys.ControllerLeader, nobody, attached._lease.Id)],
        }, CancellationToken.None);
        attached.Portal = await PortalProcess.StartAsync(attached._folder.Path, $"--ConnectionStrings:etcd={etcd.Endpoint}");
        await attached.Portal.SignInAsync();
        return attached;
    }

    /// <summary>Opens so many connections to the hub, each following the whole fleet.</summary>
    public async Task OpenSessionsAsync(int count)
    {
        for (var n = 0; n < count; n++)
        {
            var session = new HubConnectionBuilder().WithUrl(new Uri(Portal.Address, "/hubs/state"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(Portal.Token)).Build();
            await session.StartAsync();
            _sessions.Add(session);
            _ = FollowAsync(session);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
            await session.DisposeAsync();
        if (Portal is not null)
            await Portal.DisposeAsync();
        await _lease.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    private async Task FollowAsync(HubConnection session)
    {
        try
        {
            await foreach (var _ in session.StreamAsync<object>("Subscribe"))
                Interlocked.Increment(ref _messages);
        }
        catch (OperationCanceledException)
        {
            // The connection was closed at the end.
        }
    }
}
