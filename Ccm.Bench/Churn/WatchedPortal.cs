using Ccm.Bench.Servers;
using Ccm.Engine.State.Etcd;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Bench.Churn;

/// <summary>The whole product as one process on an etcd, and the bench's own watch of that etcd.</summary>
internal sealed class WatchedPortal : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly EtcdProcess _etcd;

    private WatchedPortal(EtcdProcess etcd)
    {
        _etcd = etcd;
        State = new EtcdStateStore(etcd.Endpoint, TimeProvider.System, NullLogger<EtcdStateStore>.Instance);
        Cache = new WatchCache(State, TimeProvider.System, NullLogger<WatchCache>.Instance);
    }

    public EtcdStateStore State { get; }

    public WatchCache Cache { get; }

    public PortalProcess Portal { get; private set; } = null!;

    public static async Task<WatchedPortal> StartAsync(params string[] settings)
    {
        var watched = new WatchedPortal(await EtcdProcess.StartAsync());
        await watched.Cache.StartAsync(CancellationToken.None);
        await watched.Cache.Ready;
        watched.Portal = await PortalProcess.StartAsync(watched._folder.Path, [$"--ConnectionStrings:etcd={watched._etcd.Endpoint}", .. settings]);
        await watched.Portal.SignInAsync();
        return watched;
    }

    /// <summary>Waits until the fleet is so.</summary>
    /// <param name="what">Awaited, for the message when it does not come.</param>
    public async Task UntilAsync(Predicate<FleetSnapshot> so, string what, TimeSpan patience)
    {
        using var subscription = Cache.Subscribe();
        using var late = new CancellationTokenSource(patience, TimeProvider.System);
        try
        {
            for (var snapshot = subscription.Start; !so(snapshot);)
                snapshot = (await subscription.NextAsync(late.Token)).After;
        }
        catch (OperationCanceledException)
        {
            throw new BenchException($"Not within {patience.TotalMinutes:0} minutes: {what}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Portal is not null)
            await Portal.DisposeAsync();
        await Cache.StopAsync(CancellationToken.None);
        Cache.Dispose();
        await State.DisposeAsync();
        await _etcd.DisposeAsync();
        _folder.Dispose();
    }
}
