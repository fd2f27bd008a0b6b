using System.Collections.Immutable;
using Ccm.Engine.Watching;

namespace Ccm.Tests.Watching;

public sealed class FleetSubscriptionTests : IDisposable
{
    private readonly ChangeLog _log = new();
    private readonly FleetSubscription _subscription;
    private FleetSnapshot _last = At(0);

    public FleetSubscriptionTests() => _subscription = new FleetSubscription(_log, At(0), () => { });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _subscription.Dispose();

    [Fact]
    public async Task NextAsync_BusyReader_GetsAllInOneChange()
    {
        Offer(1, ["i-1"], []);
        Offer(2, ["i-2"], ["w-1"]);
        Offer(3, ["i-1"], []);

        var change = await _subscription.NextAsync(Stop);

        Assert.Equal((0, 3), (change.Before.Revision, change.After.Revision));
        Assert.Equal(["i-1", "i-2"], change.Instances.Order());
        Assert.Equal(["w-1"], change.Workers);
        Assert.False(change.IsResync);
        Assert.False(_subscription.NextAsync(Stop).IsCompleted);
    }

    [Fact]
    public async Task NextAsync_ReaderAtPace_GetsChangesEndToEnd()
    {
        for (var revision = 1; revision <= 5; revision++)
        {
            Offer(revision, [$"i-{revision}"], []);
            var change = await _subscription.NextAsync(Stop);
            Assert.Equal((revision - 1, revision), (change.Before.Revision, change.After.Revision));
            Assert.Equal([$"i-{revision}"], change.Instances);
        }
    }

    [Theory]
    [InlineData(FleetSubscription.Bound, false)]
    [InlineData(FleetSubscription.Bound + 1, true)]
    public async Task NextAsync_MoreThanTheBoundMissed_IsResynchronised(int objects, bool resync)
    {
        for (var n = 0; n < objects; n++)
            Offer(n + 1, n % 2 == 0 ? [$"i-{n}"] : [], n % 2 == 0 ? [] : [$"w-{n}"]);

        var change = await _subscription.NextAsync(Stop);

        Assert.Equal(resync, change.IsResync);
        Assert.Equal(resync ? 0 : objects, change.Instances.Count + change.Workers.Count);
        Assert.Equal((0, objects), (change.Before.Revision, change.After.Revision));
    }

    [Theory]
    [InlineData(ChangeLog.Kept, false)]
    [InlineData(ChangeLog.Kept + 1, true)]
    public async Task NextAsync_MoreChangesMissedThanAreKept_IsResynchronisedFromWhatItSaw(int changes, bool resync)
    {
        Offer(1, ["i-0"], []);
        await _subscription.NextAsync(Stop);
        for (var n = 0; n < changes; n++)
            Offer(n + 2, ["i-1"], []);

        var change = await _subscription.NextAsync(Stop);

        Assert.Equal(resync, change.IsResync);
        Assert.Equal((1, changes + 1), (change.Before.Revision, change.After.Revision));
        Assert.Equal(resync ? [] : ["i-1"], change.Instances);
    }

    [Theory]
    [InlineData(ChangeLog.Kept / 64, false)]
    [InlineData((ChangeLog.Kept / 64) + 1, true)]
    public async Task NextAsync_LargeChangesMissed_AreKeptByTheObjectsInThem(int changes, bool resync)
    {
        ImmutableHashSet<string> batch = [.. Enumerable.Range(0, 64).Select(n => $"i-{n}")];
        for (var n = 0; n < changes; n++)
            Offer(n + 1, batch, []);

        Assert.Equal(resync, (await _subscription.NextAsync(Stop)).IsResync);
    }

    [Fact]
    public async Task NextAsync_SeveralThatMissedTheSame_GetOneChangeMergedOnce()
    {
        using var other = new FleetSubscription(_log, At(0), () => { });
        Offer(1, ["i-1"], []);
        Offer(2, ["i-2"], []);

        Assert.Same(await _subscription.NextAsync(Stop), await other.NextAsync(Stop));

        using var late = new FleetSubscription(_log, _last, () => { });
        Offer(3, ["i-3"], []);
        Offer(4, ["i-4"], []);
        Assert.Equal(["i-3", "i-4"], (await late.NextAsync(Stop)).Instances.Order());
    }

    [Fact]
    public async Task NextAsync_ResyncAmongChanges_StaysAResyncFromTheFirst()
    {
        Offer(1, ["i-1"], []);
        _log.Add(FleetChange.Resync(_last, At(9))).SetResult();
        _last = At(9);
        Offer(10, ["i-2"], []);

        var change = await _subscription.NextAsync(Stop);

        Assert.True(change is { IsResync: true, Before.Revision: 0, After.Revision: 10, Definitions: true, Templates: true, Leaders: true, Outbox: true });
    }

    [Fact]
    public async Task NextAsync_NothingFor_IsNullThenAndNotBefore()
    {
        var time = new TimerLog();
        var next = _subscription.NextAsync(TimeSpan.FromSeconds(30), time, Stop);
        await time.SetAsync();
        time.Advance(TimeSpan.FromSeconds(29.999));
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Null(await next);

        Offer(1, ["i-1"], []);
        Assert.NotNull(await _subscription.NextAsync(TimeSpan.FromSeconds(30), time, Stop));
    }

    [Fact]
    public async Task NextAsync_Cancelled_LosesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        var next = _subscription.NextAsync(cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);

        Offer(1, ["i-1"], []);
        Assert.Equal(["i-1"], (await _subscription.NextAsync(Stop)).Instances);
    }

    private static FleetSnapshot At(long revision) => FleetSnapshot.Empty with { Revision = revision };

    private void Offer(long revision, ImmutableHashSet<string> instances, ImmutableHashSet<string> workers)
    {
        var after = At(revision);
        _log.Add(new FleetChange(_last, after, false, instances, workers, false, false, false, false)).SetResult();
        _last = after;
    }
}
