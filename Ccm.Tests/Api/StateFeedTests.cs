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
        await using var reader = await Reader.StartAsync(TimeProvider.System);
        await reader.PutAsync("i-1");
        Assert.Equal("i-1", Assert.Single((await reader.NextAsync<StateMessage.Delta>()).Instances).Id);

        reader.Store.Compact = true;
        await reader.PutAsync("i-2");
        var snapshot = await reader.NextAsync<StateMessage.Snapshot>();
        Assert.Equal(["i-1", "i-2"], snapshot.Instances.Select(instance => instance.Id).Order(StringComparer.Ordinal));

        await reader.Store.CommitAsync(new StateTransaction { Deletes = [StateKeys.InstanceState("i-1")] }, Token);
        var delta = await reader.NextAsync<StateMessage.Delta>();
        Assert.Equal("i-1", Assert.Single(delta.RemovedInstances));
        Assert.True(delta.Revision > snapshot.Revision);
    }

    [Fact]
    public async Task Read_SlowReader_GetsWhatItMissedInOneMessage()
    {
        await using var reader = await Reader.StartAsync(TimeProvider.System);
        for (var n = 0; n < 50; n++)
            await reader.PutAsync($"i-{n}");
        await reader.ReachedAsync();

        Assert.Equal(50, (await reader.NextAsync<StateMessage.Delta>()).Instances.Length);
    }

    [Fact]
    public async Task Read_ChangesFollowEachOtherSoon_TheFirstIsToldAtOnceTheOthersTogether()
    {
        var time = new FakeTimeProvider();
        await using var reader = await Reader.StartAsync(time);
        await reader.PutAsync("i-1");
        Assert.Equal("i-1", Assert.Single((await reader.NextAsync<StateMessage.Delta>()).Instances).Id);

        var next = reader.NextAsync<StateMessage.Delta>();
        await reader.PutAsync("i-2");
        await reader.PutAsync("i-3");
        await reader.ReachedAsync();
        Assert.False(next.IsCompleted);

        time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(2, (await next).Instances.Length);
    }

    /// <summary>Somebody who reads a feed of an empty store, and has its first snapshot.</summary>
    private sealed class Reader : IAsyncDisposable
    {
        private readonly TemporaryDirectory _directory = new();
        private readonly EmbeddedDatabase _database;
        private readonly WatchCache _cache;
        private readonly IAsyncEnumerator<StateMessage> _messages;
        private readonly CancellationTokenSource _reading = CancellationTokenSource.CreateLinkedTokenSource(Token);
        private Task _next = Task.CompletedTask;

        private Reader(TimeProvider time)
        {
            _database = EmbeddedDatabase.Open(_directory.Path);
            Store = new CompactingStore(new SqliteStateStore(_database, TimeProvider.System));
            _cache = new WatchCache(Store, TimeProvider.System, NullLogger<WatchCache>.Instance);
            _messages = new StateFeed(_cache, time).ReadAsync(Viewer, _reading.Token).GetAsyncEnumerator(_reading.Token);
        }

        public CompactingStore Store { get; }

        /// <param name="time">The feed's.</param>
        public static async Task<Reader> StartAsync(TimeProvider time)
        {
            var reader = new Reader(time);
            await reader._cache.StartAsync(Token);
            Assert.Empty((await reader.NextAsync<StateMessage.Snapshot>()).Instances);
            return reader;
        }

        public Task<CommitResult> PutAsync(string id) => Store.CommitAsync(
            new StateTransaction { Puts = [new StatePut(StateKeys.InstanceState(id), DomainJson.Write(Sample.Instance(id)))] }, Token);

        /// <summary>The cache has all that was put.</summary>
        public async Task ReachedAsync() => await _cache.ReachedAsync((await Store.GetStatusAsync(Token)).Revision, Token);

        public async Task<T> NextAsync<T>() where T : class
        {
            var next = _messages.MoveNextAsync().AsTask();
            _next = next;
            Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(30), Token));
            return Assert.IsAssignableFrom<T>(_messages.Current);
        }

        public async ValueTask DisposeAsync()
        {
            // Of a test that failed a read may be under way: disposed then, it throws, and nobody learns why the test failed.
            await _reading.CancelAsync();
            await _next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _messages.DisposeAsync();
            _reading.Dispose();
            await _cache.StopAsync(CancellationToken.None);
            _cache.Dispose();
            await Store.DisposeAsync();
            _database.Dispose();
            _directory.Dispose();
        }
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
