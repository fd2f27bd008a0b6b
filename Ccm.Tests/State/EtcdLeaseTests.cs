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

    [Fact]
    public async Task Lease_ProcessPausedForHalfItsTime_IsKeptAgainAndAgain()
    {
        var time = new ManualTime();
        await using var store = new EtcdStateStore((await etcd.GetAsync()).Endpoint, time, NullLogger<EtcdStateStore>.Instance);
        await using var lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Stop);
        for (var pause = 0; pause < 5; pause++)
        {
            time.Jump(lease.TimeToLive / 2);
            // The keep-alive that was due runs now, and for its answer the clock goes on.
            while (lease.Age >= lease.TimeToLive / 2)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Stop);
                time.Jump(TimeSpan.FromMilliseconds(100));
            }
        }
        Assert.False(lease.Lost.IsCancellationRequested);
        time.Jump(lease.TimeToLive);
        Assert.True(lease.Lost.IsCancellationRequested);
    }
}
