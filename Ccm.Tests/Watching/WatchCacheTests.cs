using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Domain;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Watching;

public sealed class WatchCacheTests : IAsyncLifetime
{
    private readonly FakeStateStore _store = new();
    private readonly TimerLog _time = new();
    private readonly WatchCache _cache;

    public WatchCacheTests() => _cache = new WatchCache(_store, _time, NullLogger<WatchCache>.Instance);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _cache.StartAsync(Stop);

    public async ValueTask DisposeAsync()
    {
        await _cache.StopAsync(CancellationToken.None);
        _cache.Dispose();
    }

    [Fact]
    public async Task Start_FirstList_IsReadyAndWatchesFromTheNextRevision()
    {
        Assert.False(_cache.Ready.IsCompleted);
        _store.List(7, [Keys.Instance(Sample.Instance(), 5), .. Keys.Worker(Sample.Worker(), 6)]);

        await _cache.Ready.WaitAsync(Stop);

        Assert.Equal(8, (await _store.WatchedAsync()).FromRevision);
        Assert.Equal(7, _cache.Current.Revision);
        Assert.Equal(["i-1"], _cache.Current.Instances.Keys);
        Assert.True(_cache.Current.Workers["w-1"].IsEmpty);
        Assert.Equal(new WatchFreshness(7, _time.GetUtcNow(), null), _cache.Freshness);
    }

    [Fact]
    public async Task Start_StoreAwayAtFirst_IsReadyOnceItIsBack()
    {
        _store.FailList(new StateStoreUnavailableException("away"));
        await _time.SetAsync();
        Assert.False(_cache.Ready.IsCompleted);
        Assert.Equal("away", _cache.Freshness.Problem);

        _store.List(7);
        _time.Advance(TimeSpan.FromSeconds(1));

        await _cache.Ready.WaitAsync(Stop);
        Assert.Null(_cache.Freshness.Problem);
    }

    [Fact]
    public async Task Watch_Batch_IsInTheSnapshotAndToldToSubscribers()
    {
        var watch = await ListedAsync(Keys.Instance(Sample.Instance("i-1"), 1));
        using var subscription = _cache.Subscribe();

        watch.Send(12, Keys.Instance(Sample.Instance("i-2"), 12).Put(), Keys.Gone(StateKeys.InstanceState("i-1")));
        var change = await subscription.NextAsync(Stop);

        Assert.Same(subscription.Start, change.Before);
        Assert.Same(_cache.Current, change.After);
        Assert.Equal(["i-1", "i-2"], change.Instances.Order());
        Assert.False(change.IsResync);
        Assert.Equal(["i-2"], change.After.Instances.Keys);
        Assert.Equal(12, change.After.Revision);
    }

    [Fact]
    public async Task ReachedAsync_Revision_IsDoneOnceItIsAppliedOrPassed()
    {
        var watch = await ListedAsync();
        Assert.True(_cache.ReachedAsync(10, Stop).IsCompletedSuccessfully);
        var (eleven, twelve, thirteen) = (_cache.ReachedAsync(11, Stop), _cache.ReachedAsync(12, Stop), _cache.ReachedAsync(13, Stop));

        watch.Send(11, Keys.Instance(Sample.Instance(), 11).Put());
        await eleven.WaitAsync(Stop);
        Assert.Contains("i-1", _cache.Current.Instances.Keys);
        Assert.False(twelve.IsCompleted);

        watch.Send(12);
        await twelve.WaitAsync(Stop);
        Assert.False(thirteen.IsCompleted);
        Assert.Equal(12, _cache.Freshness.Revision);
    }

    [Fact]
    public async Task ReachedAsync_Cancelled_Ends()
    {
        await ListedAsync();
        using var cancelled = new CancellationTokenSource();
        var reached = _cache.ReachedAsync(99, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reached);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Watch_Breaks_ResumesAfterTheLastRevisionAppliedWithoutListing(bool byException)
    {
        var watch = await ListedAsync();
        watch.Send(15, Keys.Instance(Sample.Instance("i-1"), 15).Put());
        await _cache.ReachedAsync(15, Stop);
        watch.End(byException ? new StateStoreUnavailableException("cut") : null);

        var pause = await _time.SetAsync();
        Assert.NotNull(_cache.Freshness.Problem);
        _time.Advance(pause);
        var again = await _store.WatchedAsync();

        Assert.Equal(16, again.FromRevision);
        again.Send(16, Keys.Instance(Sample.Instance("i-2"), 16).Put());
        await _cache.ReachedAsync(16, Stop);
        Assert.Null(_cache.Freshness.Problem);
        Assert.Equal(["i-1", "i-2"], _cache.Current.Instances.Keys.Order());
    }

    [Fact]
    public async Task Watch_RepeatsABatch_ItIsAppliedOnce()
    {
        var watch = await ListedAsync();
        watch.Send(11, Keys.Instance(Sample.Instance("i-1"), 11).Put());
        watch.Send(12, Keys.Gone(StateKeys.InstanceState("i-1")));
        watch.Send(11, Keys.Instance(Sample.Instance("i-1"), 11).Put());
        watch.Send(13, Keys.Instance(Sample.Instance("i-2"), 13).Put());

        await _cache.ReachedAsync(13, Stop);

        Assert.Equal(["i-2"], _cache.Current.Instances.Keys);
    }

    [Fact]
    public async Task Watch_BreaksAgainAndAgain_PausesLongerUpToASecondAndShortAgainAfterABatch()
    {
        var watch = await ListedAsync();
        var pauses = new List<double>();
        for (var n = 0; n < 8; n++)
        {
            watch.End(new StateStoreUnavailableException("cut"));
            pauses.Add((await _time.PassAsync()).TotalSeconds);
            watch = await _store.WatchedAsync();
        }
        Assert.Equal([0.2, 0.4, 0.8, 1, 1, 1, 1, 1], pauses);

        watch.Send(11);
        watch.End(new StateStoreUnavailableException("cut"));
        Assert.Equal(0.2, (await _time.PassAsync()).TotalSeconds);
    }

    [Fact]
    public async Task Watch_HistoryCompacted_ListsAnewAndDeletesAreInTheDiff()
    {
        var watch = await ListedAsync([Keys.Instance(Sample.Instance("i-1"), 1), Keys.Instance(Sample.Instance("i-2"), 2), .. Keys.Worker(Sample.Worker(), 3)]);
        using var subscription = _cache.Subscribe();

        watch.End(new StateCompactedException(40));
        _store.List(50, Keys.Instance(Sample.Instance("i-2"), 2), Keys.Instance(Sample.Instance("i-3"), 45));
        var change = await subscription.NextAsync(Stop);

        Assert.True(change.IsResync);
        Assert.Equal(["i-1", "i-2"], change.Before.Instances.Keys.Order());
        Assert.Equal(["i-2", "i-3"], change.After.Instances.Keys.Order());
        Assert.Empty(change.After.Workers);
        Assert.Equal(51, (await _store.WatchedAsync()).FromRevision);
    }

    [Fact]
    public async Task Watch_RevisionGoesBackwards_ListsAnew()
    {
        var watch = await ListedAsync(Keys.Instance(Sample.Instance("i-1"), 1));
        using var subscription = _cache.Subscribe();

        watch.Send(4);
        _store.List(4, Keys.Instance(Sample.Instance("i-0"), 2));
        var change = await subscription.NextAsync(Stop);

        Assert.True(change.IsResync);
        Assert.Equal(["i-0"], change.After.Instances.Keys);
        Assert.Equal((4, 4), (_cache.Current.Revision, _cache.Freshness.Revision));
        Assert.Equal(5, (await _store.WatchedAsync()).FromRevision);
    }

    /// <summary>Its other keys were of no use while it could not be read.</summary>
    [Fact]
    public async Task Watch_ValueReadableAgain_ListsAnewAndTheWorkerIsThere()
    {
        var keys = Keys.Worker(Sample.Worker(), 1);
        var state = keys.Single(entry => entry.Key == StateKeys.WorkerState("w-1")) with { ModRevision = 11 };
        var watch = await ListedAsync([.. keys.Where(entry => entry.Key != state.Key), Keys.Damaged(state.Key, 2)]);
        Assert.Empty(_cache.Current.Workers);
        Assert.Equal([state.Key], _cache.Current.Unreadable.Keys);
        using var subscription = _cache.Subscribe();

        watch.Send(11, state.Put());
        Assert.Empty((await subscription.NextAsync(Stop)).After.Unreadable);
        Assert.Equal(1, (await _time.PassAsync()).TotalSeconds);
        _store.List(11, [.. keys.Where(entry => entry.Key != state.Key), state]);
        await _store.WatchedAsync();

        Assert.True(_cache.Current.Workers["w-1"].TakesWork);
    }

    /// <summary>The watch goes on meanwhile, and nobody waits for what it tells.</summary>
    [Fact]
    public async Task Watch_ManyReadableAgain_AreListedTogether()
    {
        var (one, two) = (Keys.Worker(Sample.Worker("w-1"), 1), Keys.Worker(Sample.Worker("w-2"), 1));
        var watch = await ListedAsync([.. one[..2], .. two[..2], Keys.Damaged(one[2].Key, 2), Keys.Damaged(two[2].Key, 2)]);

        watch.Send(11, one[2].Put());
        var pause = await _time.SetAsync();
        watch.Send(12, two[2].Put());
        watch.Send(13, Keys.Instance(Sample.Instance(), 13).Put());
        await _cache.ReachedAsync(13, Stop);
        Assert.Empty(_cache.Current.Workers);
        _time.Advance(pause);
        _store.List(13, [.. one, .. two]);

        Assert.Equal(14, (await _store.WatchedAsync()).FromRevision);
        Assert.Equal(["w-1", "w-2"], _cache.Current.Workers.Keys.Order());
    }

    [Fact]
    public async Task Watch_BreaksWhileAListIsDue_ListsAnew()
    {
        var keys = Keys.Worker(Sample.Worker(), 1);
        var watch = await ListedAsync([.. keys[..2], Keys.Damaged(keys[2].Key, 2)]);
        watch.Send(11, keys[2].Put());
        await _time.SetAsync();

        watch.End(new StateStoreUnavailableException("cut"));
        Assert.Equal(0.2, (await _time.PassAsync()).TotalSeconds);
        _store.List(11, keys);
        await _store.WatchedAsync();

        Assert.True(_cache.Current.Workers["w-1"].TakesWork);
    }

    [Fact]
    public async Task Watch_OneValueUnreadable_TheRestIsApplied()
    {
        var watch = await ListedAsync(Keys.Instance(Sample.Instance("i-1"), 1));

        watch.Send(11, Keys.Damaged(StateKeys.InstanceState("i-1"), 11).Put(), Keys.Instance(Sample.Instance("i-2"), 11).Put());
        await _cache.ReachedAsync(11, Stop);

        Assert.Equal(["i-1", "i-2"], _cache.Current.Instances.Keys.Order());
    }

    [Fact]
    public async Task Subscribe_Disposed_IsToldNoMore()
    {
        var watch = await ListedAsync();
        var subscription = _cache.Subscribe();
        Assert.Equal(1, _cache.SubscriberCount);

        subscription.Dispose();
        watch.Send(11, Keys.Instance(Sample.Instance(), 11).Put());
        await _cache.ReachedAsync(11, Stop);

        Assert.Equal(0, _cache.SubscriberCount);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => subscription.NextAsync(Stop));
    }

    /// <summary>Listed at revision 10 and watching.</summary>
    private async Task<FakeWatch> ListedAsync(params StateEntry[] entries)
    {
        _store.List(10, entries);
        await _cache.Ready.WaitAsync(Stop);
        return await _store.WatchedAsync();
    }
}
