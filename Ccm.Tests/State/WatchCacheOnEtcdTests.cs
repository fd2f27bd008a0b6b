using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Engine.Watching;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.State;

/// <summary>Whatever happens to the server, the cache comes to hold what a list says.</summary>
public sealed class WatchCacheOnEtcdTests : IAsyncLifetime
{
    private EtcdServer? _server;
    private EtcdStateStore? _store;
    private WatchCache? _cache;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await EtcdServer.StartAsync();
        _store = new EtcdStateStore(_server.Endpoint, TimeProvider.System, NullLogger<EtcdStateStore>.Instance);
        _cache = new WatchCache(_store, TimeProvider.System, NullLogger<WatchCache>.Instance);
        await _cache.StartAsync(Stop);
        await _cache.Ready.WaitAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cache is not null)
            await _cache.StopAsync(CancellationToken.None);
        _cache?.Dispose();
        if (_store is not null)
            await _store.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task ServerRestarts_WatchGoesOn()
    {
        await PutAsync("a");
        await _server!.KillAsync();
        await _server.RestartAsync();
        await PutAsync("b");

        await HoldsAsync("a", "b");
    }

    [Fact]
    public async Task HistoryCompactedWhileAway_DeletesAppear()
    {
        await PutAsync("a");
        await PutAsync("b");
        await HoldsAsync("a", "b");
        await _server!.KillAsync();
        await _server.RestartAsync();
        await CommitAsync(new StateTransaction { Deletes = [StateKeys.Template("a")] });
        await _store!.CompactAsync(await PutAsync("c"), Stop);

        await HoldsAsync("b", "c");
    }

    [Fact]
    public async Task ServerComesBackEmpty_EverythingGoes()
    {
        for (var n = 0; n < 10; n++)
            await PutAsync("a");
        await HoldsAsync("a");
        await _server!.KillAsync();
        await _server.RestartEmptyAsync();
        await HoldsAsync();

        await PutAsync("b");
        await HoldsAsync("b");
    }

    [Fact]
    public async Task ServerRestoredFromAnOlderCopy_CacheGoesBackWithIt()
    {
        await PutAsync("a");
        await _server!.KillAsync();
        _server.Save();
        await _server.RestartAsync();
        await PutAsync("b");
        await CommitAsync(new StateTransaction { Deletes = [StateKeys.Template("a")] });
        await HoldsAsync("b");
        var before = _cache!.Current.Revision;

        await _server.KillAsync();
        await _server.RestartFromSavedAsync();

        await HoldsAsync("a");
        Assert.True(_cache.Current.Revision < before);
        await PutAsync("c");
        await HoldsAsync("a", "c");
    }

    [Fact]
    public async Task ServerKilledUnderLoad_CacheConvergesToTheList()
    {
        using var enough = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var n = 0; !enough.IsCancellationRequested; n++)
            {
                await PutAsync($"w{writer}-{n % 20:00}");
                if (n % 3 == 2)
                    await CommitAsync(new StateTransaction { Deletes = [StateKeys.Template($"w{writer}-{n % 20:00}")] });
            }
        })).ToArray();
        for (var round = 0; round < 3; round++)
        {
            await UntilAsync(_cache!.Current.Revision + 50);
            await _server!.KillAsync();
            await _server.RestartAsync();
        }
        await enough.CancelAsync();
        await Task.WhenAll(writers);

        var list = await _store!.ListAsync(StateKeys.Templates, 0, Stop);
        await _cache!.ReachedAsync(list.Revision, Stop).OrLate();
        Assert.Equal(list.Entries.Select(entry => (entry.Key[StateKeys.Templates.Length..], entry.ModRevision)),
            _cache.Current.Templates.Select(template => (template.Key, template.Value.ModRevision)).OrderBy(template => template.Key, StringComparer.Ordinal));
    }

    private async Task UntilAsync(long revision)
    {
        using var subscription = _cache!.Subscribe();
        var snapshot = subscription.Start;
        while (snapshot.Revision < revision)
            snapshot = (await subscription.NextAsync(Stop).OrLate()).After;
    }

    private Task<long> PutAsync(string name) =>
        CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.Template(name), DomainJson.Write(new TemplatePointer(1, [1], 0, false)))] });

    /// <summary>Again and again until it stands: these transactions may be applied twice.</summary>
    private async Task<long> CommitAsync(StateTransaction transaction)
    {
        while (true)
        {
            if (await _store!.CommitAsync(transaction, Stop) is CommitResult.Committed committed)
                return committed.Revision;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
        }
    }

    private async Task HoldsAsync(params string[] names)
    {
        using var subscription = _cache!.Subscribe();
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        var snapshot = subscription.Start;
        while (!snapshot.Templates.Keys.Order(StringComparer.Ordinal).SequenceEqual(names))
            snapshot = (await subscription.NextAsync(late.Token)).After;
    }
}
