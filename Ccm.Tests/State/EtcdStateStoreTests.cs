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
    public async Task Watch_Idle_TellsProgressAgainAndAgain()
    {
        var revision = await PutAsync("a");
        var heard = 0;
        await foreach (var batch in Store.WatchAsync(Prefix, revision + 1, Stop))
        {
            Assert.Equal(revision, batch.Revision);
            Assert.Empty(batch.Events);
            if (++heard == 2)
                break;
        }
    }

    /// <summary>One server for the class, started when its first test asks.</summary>
    public sealed class OwnEtcd : IAsyncDisposable
    {
        private EtcdServer? _server;

        public async Task<EtcdServer> GetAsync() => _server ??= await EtcdServer.ObtainAsync();

        public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
