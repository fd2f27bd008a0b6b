using System.Collections.Immutable;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Tests.Api;
using Ccm.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Faults.Checking;

/// <summary>A portal in this process on an etcd of its own, people at work on it and a recorder beside it: where bugs are planted.</summary>
internal sealed class WatchedPortal : IAsyncDisposable
{
    /// <summary>A bug may keep it from ever coming to rest.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private readonly EtcdServer _etcd;
    private readonly ApiHost _portal;

    private WatchedPortal(EtcdServer etcd, ApiHost portal)
    {
        (_etcd, _portal) = (etcd, portal);
        Recorder = new StateRecorder(etcd.Endpoint);
    }

    public StateRecorder Recorder { get; }

    public CallSender Sender { get; private set; } = null!;

    public Traffic Traffic { get; private set; } = null!;

    public ImmutableArray<Door> Doors { get; private set; } = [];

    /// <param name="decorate">What the engine gets for its store; itself without a bug.</param>
    /// <param name="replace">Puts other parts in the place of the engine's.</param>
    public static async Task<WatchedPortal> StartAsync(Func<IStateStore, IStateStore>? decorate = null, Action<IServiceCollection>? replace = null)
    {
        var etcd = await EtcdServer.StartAsync();
        var portal = new ApiHost
        {
            Settings = new() { ["ConnectionStrings:etcd"] = etcd.Endpoint, ["Ccm:Leadership:LeaseTtl"] = "00:00:02" },
            Replace = services =>
            {
                if (decorate is not null)
                    services.AddSingleton(_ => decorate(new EtcdStateStore(etcd.Endpoint, TimeProvider.System, NullLogger<EtcdStateStore>.Instance)));
                replace?.Invoke(services);
            },
        };
        var watched = new WatchedPortal(etcd, portal);
        try
        {
            await portal.InitializeAsync();
            watched.Doors = [new Door("in-process", portal.Address)];
            watched.Sender = new CallSender(watched.Doors, Roles.All.ToDictionary(role => role, role => ApiHost.Token(role, Call.CallerOf(role))));
            watched.Traffic = new Traffic(1, watched.Sender, watched.Doors);
            return watched;
        }
        catch
        {
            await watched.DisposeAsync();
            throw;
        }
    }

    /// <summary>What is left behind after some seconds of work.</summary>
    public async Task<Evidence> WorkAsync(double seconds)
    {
        await Traffic.PrepareAsync();
        Traffic.Start();
        await FaultWorld.GoOnAsync(seconds);
        await Traffic.StopAsync();
        await Gathering.SettleAsync(Recorder, Patience);
        return await Gathering.EvidenceAsync(Recorder, Sender, Doors, []);
    }

    public async ValueTask DisposeAsync()
    {
        await _portal.DisposeAsync();
        await Recorder.DisposeAsync();
        Sender?.Dispose();
        await _etcd.DisposeAsync();
    }
}
