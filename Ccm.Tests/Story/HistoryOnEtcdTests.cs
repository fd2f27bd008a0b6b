using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Engine.Watching;
using Ccm.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Story;

/// <summary>The controller's leader compacts etcd by the time window, and whoever was away for longer lists anew.</summary>
public sealed class HistoryOnEtcdTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task History_OlderThanTheWindow_IsCompactedAndTheAwayListAnew()
    {
        await using var etcd = await EtcdServer.StartAsync();
        using var directory = new TemporaryDirectory();
        await using var engine = await EngineHost.StartAsync(directory.Path,
            [new("ConnectionStrings:etcd", etcd.Endpoint), new("Ccm:Retention:History", "00:00:01"), new("Ccm:Lifecycle:Sweep", "00:00:00.2"), new("Ccm:Seed:DemoLabs", "false")], Stop);
        await engine.UntilAsync(snapshot => snapshot.Leaders.Count == 2 && snapshot.Templates.Count == 3 && snapshot.Outbox.IsEmpty, Stop);
        var seen = engine.Cache.Current.Revision;
        var store = engine.Services.GetRequiredService<IStateStore>();
        await store.CommitAsync(new StateTransaction { Deletes = [StateKeys.Template("evaluation")] }, Stop);

        // The window moves on with the revisions that the leader has seen.
        while ((await store.GetStatusAsync(Stop)).CompactedRevision <= seen + 1)
        {
            await store.CommitAsync(new StateTransaction { Puts = [new StatePut("/ccm/test/tick", new byte[1])] }, Stop);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Stop);
        }

        await using var late = new EtcdStateStore(etcd.Endpoint, TimeProvider.System, NullLogger<EtcdStateStore>.Instance);
        await Assert.ThrowsAsync<StateCompactedException>(async () =>
        {
            await foreach (var batch in late.WatchAsync(StateKeys.Root, seen + 1, Stop))
                Assert.Fail($"Revision {batch.Revision} was told although history before it is gone.");
        });
        Assert.Equal(2, engine.Cache.Current.Templates.Count);
    }
}
