using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.State;

/// <summary>What takes the server's own clock.</summary>
public sealed class EtcdLeaseTests(SharedEtcd etcd)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lease_KeptAlive_OutlivesALaterOneThatIsNot()
    {
        var endpoint = (await etcd.GetAsync()).Endpoint;
        await using var awake = new EtcdStateStore(endpoint, TimeProvider.System, NullLogger<EtcdStateStore>.Instance);
        await using var asleep = new EtcdStateStore(endpoint, new ManualTime(), NullLogger<EtcdStateStore>.Instance);
        var prefix = $"/ccm-test-{Guid.NewGuid():N}/";
        await using var kept = await awake.GrantLeaseAsync(TimeSpan.FromSeconds(2), Stop);
        await using var forgotten = await asleep.GrantLeaseAsync(TimeSpan.FromSeconds(2), Stop);
        var put = Assert.IsType<CommitResult.Committed>(await awake.CommitAsync(new StateTransaction
        {
            Puts = [new StatePut(prefix + "kept", new byte[1], kept.Id), new StatePut(prefix + "forgotten", new byte[1], forgotten.Id)],
        }, Stop));

        await foreach (var batch in awake.WatchAsync(prefix, put.Revision + 1, Stop))
        {
            if (batch.Events.IsEmpty)
                continue;
            Assert.Equal(prefix + "forgotten", Assert.Single(batch.Events).Key);
            break;
        }

        Assert.NotNull(await awake.GetAsync(prefix + "kept", Stop));
        Assert.False(kept.Lost.IsCancellationRequested);
    }
}
