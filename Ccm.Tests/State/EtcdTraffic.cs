using System.Threading.Channels;
using Ccm.Engine.State;
using Ccm.Tests.Servers;

namespace Ccm.Tests.State;

/// <summary>
/// One client that writes keys one after another and one that watches them, both as CCM does: an outcome that is not known is looked
/// up, a watch that broke goes on after the last revision. What a test waits for is the next write to be acknowledged.
/// </summary>
internal sealed class EtcdTraffic : IAsyncDisposable
{
    private const string Prefix = "/ccm-test/traffic/";
    private readonly CancellationTokenSource _stop = new();
    private readonly IStateStore _store;
    private readonly IStateLease _lease;
    private readonly Channel<string> _acknowledged = Channel.CreateUnbounded<string>();
    private readonly Channel<string> _watched = Channel.CreateUnbounded<string>();
    private readonly Task _running;

    private EtcdTraffic(IStateStore store, IStateLease lease, long from)
    {
        (_store, _lease) = (store, lease);
        _running = Task.WhenAll(Task.Run(WriteAsync), Task.Run(() => WatchAsync(from)));
    }

    /// <summary>Of one write, at the most.</summary>
    public int MostAttempts { get; private set; }

    public CancellationToken LeaseLost => _lease.Lost;

    public static async Task<EtcdTraffic> StartAsync(IStateStore store)
    {
        var lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        var begun = Assert.IsType<CommitResult.Committed>(await store.CommitAsync(new StateTransaction { Puts = [new StatePut("/ccm-test/leased", new byte[1], lease.Id)] }, TestContext.Current.CancellationToken));
        return new EtcdTraffic(store, lease, begun.Revision + 1);
    }

    /// <summary>So many more writes are acknowledged, and the watch has told them, in order, none missing and none twice.</summary>
    public async Task GoesOnAsync(int writes)
    {
        // What was acknowledged before is not news.
        while (_acknowledged.Reader.TryRead(out var key))
            Assert.Equal(key, await _watched.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().OrLate());
        for (var n = 0; n < writes; n++)
        {
            var key = await _acknowledged.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().OrLate();
            Assert.Equal(key, await _watched.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().OrLate());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _lease.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync()
    {
        for (var n = 0; !_stop.IsCancellationRequested; n++)
        {
            var key = $"{Prefix}{n:00000}";
            for (var attempt = 1; ; attempt++)
            {
                MostAttempts = Math.Max(MostAttempts, attempt);
                var result = await _store.CommitAsync(new StateTransaction { Guards = [new StateGuard.Created(key, 0)], Puts = [new StatePut(key, new byte[1])] }, _stop.Token);
                // Its own key in the way: the attempt before was applied.
                if (result is CommitResult.Committed || (result is CommitResult.GuardFailed && attempt > 1))
                    break;
                Assert.False(result is CommitResult.GuardFailed, $"{key} was written by nobody else.");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, _stop.Token);
            }
            await _acknowledged.Writer.WriteAsync(key, _stop.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, _stop.Token);
        }
    }

    private async Task WatchAsync(long from)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var batch in _store.WatchAsync(Prefix, from, _stop.Token))
                {
                    foreach (var change in batch.Events)
                        await _watched.Writer.WriteAsync(change.Key, _stop.Token);
                    from = batch.Revision + 1;
                }
            }
            catch (StateStoreUnavailableException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, _stop.Token);
            }
        }
    }
}
