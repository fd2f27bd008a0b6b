using System.Collections.Concurrent;
using Ccm.Engine.State;

namespace Ccm.Tests.State;

public abstract partial class StateStoreContract
{
    /// <summary>Reads until <paramref name="count"/> batches with events have come.</summary>
    private protected Task<List<StateBatch>> WatchedAsync(long fromRevision, int count) => WatchedUntilAsync(fromRevision, count, Stop);

    private async Task<List<StateBatch>> WatchedUntilAsync(long fromRevision, int count, CancellationToken stop)
    {
        // What never comes fails the test instead of holding it up.
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        var batches = new List<StateBatch>();
        await foreach (var batch in Store.WatchAsync(Prefix, fromRevision, either.Token))
        {
            if (!batch.Events.IsEmpty)
                batches.Add(batch);
            if (batches.Count == count)
                break;
        }
        return batches;
    }

    [Fact]
    public async Task Watch_Transactions_OneBatchARevision()
    {
        var first = await CommittedAsync(new StateTransaction { Puts = [Put("a", "1"), Put("b", "1")] });
        var second = await CommittedAsync(new StateTransaction { Puts = [Put("a", "2"), Put("c", "1")], Deletes = [Key("b"), Key("absent")] });

        var batches = await WatchedAsync(first, 2);

        Assert.Equal([first, second], batches.Select(batch => batch.Revision));
        Assert.Equal([Key("a"), Key("b")], batches[0].Events.Select(change => change.Key).Order(StringComparer.Ordinal));
        var changes = batches[1].Events.ToDictionary(change => change.Key, change => change.Entry);
        Assert.Equal([Key("a"), Key("b"), Key("c")], changes.Keys.Order(StringComparer.Ordinal));
        Assert.Null(changes[Key("b")]);
        Assert.Equal((first, second, 2), (changes[Key("a")]!.CreateRevision, changes[Key("a")]!.ModRevision, changes[Key("a")]!.Version));
    }

    [Fact]
    public async Task Watch_OtherPrefixes_AreNotInIt()
    {
        var first = await PutAsync("a");
        await CommittedAsync(new StateTransaction { Puts = [new StatePut(Prefix.TrimEnd('/') + "0", new byte[1])] });
        var third = await CommittedAsync(new StateTransaction { Puts = [Put("a"), new StatePut(Prefix.TrimEnd('/'), new byte[1])] });

        var batches = await WatchedAsync(first, 2);

        Assert.Equal([first, third], batches.Select(batch => batch.Revision));
        Assert.Equal(Key("a"), Assert.Single(batches[1].Events).Key);
    }

    [Fact]
    public async Task Watch_ManyWriters_EveryRevisionOnceInOrder()
    {
        var start = await PutAsync("start");
        var watching = WatchedAsync(start + 1, 400);
        var written = new ConcurrentDictionary<long, string[]>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var n = 0; n < 50; n++)
            {
                string[] names = [$"{writer}/{n}", $"{writer}/shared", "all"];
                written[await CommittedAsync(new StateTransaction { Puts = [.. names.Select(name => Put(name))] })] = [.. names.Select(Key)];
            }
        }, Stop)));

        var batches = await watching;
        Assert.Equal(written.Keys.Order(), batches.Select(batch => batch.Revision));
        Assert.All(batches, batch => Assert.Equal(written[batch.Revision].Order(StringComparer.Ordinal), batch.Events.Select(change => change.Key).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Watch_Resumed_GoesOnWhereItStopped()
    {
        var revisions = new List<long>();
        for (var n = 0; n < 20; n++)
            revisions.Add(await PutAsync($"{n % 3}"));

        var before = await WatchedAsync(revisions[0], 7);
        var after = await WatchedAsync(before[^1].Revision + 1, 13);

        Assert.Equal(revisions, before.Concat(after).Select(batch => batch.Revision));
    }

    [Fact]
    public async Task Watch_CompactedRevision_Throws()
    {
        var first = await PutAsync("a");
        await PutAsync("a");
        var third = await PutAsync("a");
        await Store.CompactAsync(third, Stop);

        var gone = await Assert.ThrowsAsync<StateCompactedException>(() => WatchedAsync(first, 1));

        Assert.Equal(third, gone.CompactedRevision);
    }

    [Fact]
    public async Task Watch_RevisionCompactedTo_HasThatRevisionWhole()
    {
        await PutAsync("gone");
        var second = await CommittedAsync(new StateTransaction { Puts = [Put("a")], Deletes = [Key("gone")] });
        await Store.CompactAsync(second, Stop);

        var batch = Assert.Single(await WatchedAsync(second, 1));

        Assert.Equal([Key("a"), Key("gone")], batch.Events.Select(change => change.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Watch_FutureRevision_WaitsForIt()
    {
        var revision = await PutAsync("a");
        var watching = WatchedAsync(revision + 3, 1);
        await PutAsync("b");
        await PutAsync("c");
        await PutAsync("d");

        Assert.Equal(revision + 3, Assert.Single(await watching).Revision);
    }

    [Fact]
    public async Task Watch_NothingUnderThePrefix_TellsProgress()
    {
        var start = await PutAsync("a");
        var other = await CommittedAsync(new StateTransaction { Puts = [new StatePut($"/ccm-test-{Guid.NewGuid():N}", new byte[1])] });

        await foreach (var batch in Store.WatchAsync(Prefix, start + 1, Stop))
        {
            Assert.Empty(batch.Events);
            if (batch.Revision >= other)
                return;
        }
        Assert.Fail("The watch ended.");
    }

    [Fact]
    public async Task Watch_Cancelled_OthersGoOn()
    {
        var start = await PutAsync("a");
        using var stop = new CancellationTokenSource();
        var cancelled = WatchedUntilAsync(start, 2, stop.Token);
        var others = Enumerable.Range(0, 40).Select(_ => WatchedAsync(start, 2)).ToArray();

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var second = await PutAsync("b");

        Assert.All(await Task.WhenAll(others), batches => Assert.Equal([start, second], batches.Select(batch => batch.Revision)));
    }

    [Fact]
    public async Task Watch_LongHistoryOfLargeValues_IsComplete()
    {
        var start = await PutAsync("start");
        // Three a revision, so that a server which cuts its answers by size cuts some revisions in two.
        for (var n = 0; n < 30; n++)
            await CommittedAsync(new StateTransaction { Puts = [.. "abc".Select(c => Put($"{c}", new string(c, 460_000)))] });

        var batches = await WatchedAsync(start + 1, 30);

        Assert.Equal(Enumerable.Range(1, 30).Select(n => start + n), batches.Select(batch => batch.Revision));
        Assert.All(batches, batch => Assert.Equal([460_000, 460_000, 460_000], batch.Events.Select(change => change.Entry!.Value.Length)));
    }
}
