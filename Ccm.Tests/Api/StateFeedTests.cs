using System.Runtime.CompilerServices;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.State;
using Ccm.Engine.State.Embedded;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;
using Ccm.Tests.Domain;
using Ccm.Tests.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ccm.Tests.Api;

/// <summary>What the hub's messages say, without the hub.</summary>
public sealed class StateFeedTests
{
    private static readonly Actor Viewer = new("viewer", "viewer", [Role.Viewer]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_StateListedAnew_IsAFreshSnapshot()
    {
        using var directory = new TemporaryDirectory();
        using var database = EmbeddedDatabase.Open(directory.Path);
        await using var store = new SqliteStateStore(database, TimeProvider.System);
        var compacting = new CompactingStore(store);
        using var cache = new WatchCache(compacting, TimeProvider.System, NullLogger<WatchCache>.Instance);
        await cache.StartAsync(Token);
        await using var messages = new StateFeed(cache, TimeProvider.System).ReadAsync(Viewer, Token).GetAsyncEnumerator(Token);
        Assert.Empty((await NextAsync<StateMessage.Snapshot>(messages)).Instances);

        await PutAsync(store, "i-1");
        Assert.Equal("i-1", Assert.Single((await NextAsync<StateMessage.Delta>(messages)).Instances).Id);

        compacting.Compact = true;
        await PutAsync(store, "i-2");
        var snapshot = await NextAsync<StateMessage.Snapshot>(messages);
        Assert.Equal(["i-1", "i-2"], snapshot.Instances.Select(instance => instance.Id).Order(StringComparer.Ordinal));

        await store.CommitAsync(new StateTransaction { Deletes = [StateKeys.InstanceState("i-1")] }, Token);
        var delta = await NextAsync<StateMessage.Delta>(messages);
        Assert.Equal("i-1", Assert.Single(delta.RemovedInstances));
        Assert.True(delta.Revision > snapshot.Revision);
        await cache.StopAsync(Token);
    }

    [Fact]
    public async Task Read_SlowReader_GetsWhatItMissedInOneMessage()
    {
        using var directory = new TemporaryDirectory();
        using var database = EmbeddedDatabase.Open(directory.Path);
        await using var store = new SqliteStateStore(database, TimeProvider.System);
        using var cache = new WatchCache(store, TimeProvider.System, NullLogger<WatchCache>.Instance);
        await cache.StartAsync(Token);
        await using var messages = new StateFeed(cache, TimeProvider.System).ReadAsync(Viewer, Token).GetAsyncEnumerator(Token);
        await NextAsync<StateMessage.Snapshot>(messages);
        for (var n = 0; n < 50; n++)
            await PutAsync(store, $"i-{n}");
        await cache.ReachedAsync((await store.GetStatusAsync(Token)).Revision, Token);
        Assert.Equal(50, (await NextAsync<StateMessage.Delta>(messages)).Instances.Length);
        await cache.StopAsync(Token);
    }

    [Fact]
    public async Task Read_ChangesFollowEachOtherSoon_TheFirstIsToldAtOnceTheOthersTogether()
    {
        using var directory = new TemporaryDirectory();
        using var database = EmbeddedDatabase.Open(directory.Path);
        await using var store = new SqliteStateStore(database, TimeProvider.System);
        using var cache = new WatchCache(store, TimeProvider.System, NullLogger<WatchCache>.Instance);
        await cache.StartAsync(Token);
        var time = new FakeTimeProvider();
        await using var messages = new StateFeed(cache, time).ReadAsync(Viewer, Token).GetAsyncEnumerator(Token);
        await NextAsync<StateMessage.Snapshot>(messages);
        await PutAsync(store, "i-1");
        Assert.Equal("i-1", Assert.Single((await NextAsync<StateMessage.Delta>(messages)).Instances).Id);

        var next = NextAsync<StateMessage.Delta>(messages);
        await PutAsync(store, "i-2");
        await PutAsync(store, "i-3");
        await cache.ReachedAsync((await store.GetStatusAsync(Token)).Revision, Token);
        Assert.False(next.IsCompleted);

        time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(2, (await next).Instances.Length);
        await cache.StopAsync(Token);
    }

    private static Task<CommitResult> PutAsync(SqliteStateStore store, string id) => store.CommitAsync(
        new StateTransaction { Puts = [new StatePut(StateKeys.InstanceState(id), DomainJson.Write(Sample.Instance(id)))] }, Token);

    private static async Task<T> NextAsync<T>(IAsyncEnumerator<StateMessage> messages) where T : class
    {
        Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Token));
        return Assert.IsAssignableFrom<T>(messages.Current);
    }

    /// <summary>Once told to, it has lost the history behind the next change.</summary>
    private sealed class CompactingStore(IStateStore inner) : StoreDecorator(inner), IStateStore
    {
        private readonly IStateStore _inner = inner;

        public volatile bool Compact;

        async IAsyncEnumerable<StateBatch> IStateStore.WatchAsync(string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var batch in _inner.WatchAsync(prefix, fromRevision, cancellationToken))
            {
                if (Compact && !batch.Events.IsEmpty)
                {
                    Compact = false;
                    throw new StateCompactedException(batch.Revision);
                }
                yield return batch;
            }
        }
    }
}
