using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.State;

/// <summary>The contract on etcd.</summary>
public sealed class EtcdStateStoreTests(EtcdStateStoreTests.OwnEtcd etcd) : StateStoreContract, IClassFixture<EtcdStateStoreTests.OwnEtcd>
{
    private protected override async Task<IStateStore> OpenAsync(TimeProvider time) =>
        new EtcdStateStore((await etcd.GetAsync()).Endpoint, time, NullLogger<EtcdStateStore>.Instance);

    [Fact]
    public async Task Lease_KeptAlive_OutlivesALaterOneThatIsNot()
    {
        await using var asleep = await OpenAsync(new ManualTime());
        await using var kept = await Store.GrantLeaseAsync(TimeSpan.FromSeconds(2), Stop);
        await using var forgotten = await asleep.GrantLeaseAsync(TimeSpan.FromSeconds(2), Stop);
        await PutAsync("kept", lease: kept.Id);
        var revision = await PutAsync("forgotten", lease: forgotten.Id);

        var batch = Assert.Single(await WatchedAsync(revision + 1, 1));

        Assert.Equal(Key("forgotten"), Assert.Single(batch.Events).Key);
        Assert.NotNull(await ReadAsync("kept"));
        Assert.False(kept.Lost.IsCancellationRequested);
    }

    /// <summary>One server for the class, started when its first test asks.</summary>
    public sealed class OwnEtcd : IAsyncDisposable
    {
        private EtcdServer? _server;

        public async Task<EtcdServer> GetAsync() => _server ??= await EtcdServer.ObtainAsync();

        public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
