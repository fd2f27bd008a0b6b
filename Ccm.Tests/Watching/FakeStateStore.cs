using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Ccm.Engine.Auditing;
using Ccm.Engine.Domain;
using Ccm.Engine.State;

namespace Ccm.Tests.Watching;

/// <summary>A store whose lists and watches the test answers, one by one.</summary>
internal sealed class FakeStateStore : IStateStore
{
    private readonly Channel<Func<StateList>> _lists = Channel.CreateUnbounded<Func<StateList>>();
    private readonly Channel<FakeWatch> _watches = Channel.CreateUnbounded<FakeWatch>();

    public string Kind => "fake";

    /// <summary>Answers the next list.</summary>
    public void List(long revision, params StateEntry[] entries) => _lists.Writer.TryWrite(() => new StateList(revision, [.. entries]));

    public void FailList(Exception exception) => _lists.Writer.TryWrite(() => throw exception);

    /// <summary>The next watch that was opened.</summary>
    public async Task<FakeWatch> WatchedAsync() => await _watches.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async Task<StateList> ListAsync(string prefix, long revision, CancellationToken cancellationToken) => (await _lists.Reader.ReadAsync(cancellationToken))();

    public async IAsyncEnumerable<StateBatch> WatchAsync(string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watch = new FakeWatch(fromRevision);
        _watches.Writer.TryWrite(watch);
        await foreach (var batch in watch.ReadAsync(cancellationToken))
            yield return batch;
    }

    public Task<StateEntry?> GetAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>What was committed, in order; each becomes a revision.</summary>
    public List<StateTransaction> Committed { get; } = [];

    public Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
    {
        TransactionRules.Check(transaction);
        Committed.Add(transaction);
        return Task.FromResult<CommitResult>(new CommitResult.Committed(Committed.Count));
    }

    public Task<IStateLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task CompactAsync(long revision, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StateStoreStatus> GetStatusAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>One open watch.</summary>
internal sealed class FakeWatch(long fromRevision)
{
    private readonly Channel<StateBatch> _batches = Channel.CreateUnbounded<StateBatch>();

    public long FromRevision => fromRevision;

    /// <summary>A batch; without events: progress only.</summary>
    public void Send(long revision, params StateEvent[] events) => _batches.Writer.TryWrite(new StateBatch(revision, [.. events]));

    /// <summary>Ends it, by this exception or by itself.</summary>
    public void End(Exception? exception = null) => _batches.Writer.Complete(exception);

    public IAsyncEnumerable<StateBatch> ReadAsync(CancellationToken cancellationToken) => _batches.Reader.ReadAllAsync(cancellationToken);
}

/// <summary>Keys and values as the control plane writes them.</summary>
internal static class Keys
{
    public static StateEntry Entry(string key, byte[] value, long revision) => new(key, value, revision, revision, 1, 0);

    public static StateEntry Instance(LabletInstance instance, long revision) => Entry(StateKeys.InstanceState(instance.Id), DomainJson.Write(instance), revision);

    public static StateEntry[] Worker(Worker worker, long revision) =>
    [
        Entry(StateKeys.WorkerCapacity(worker.Id), DomainJson.Write(AvailableCapacity.Of(worker.Declared, worker.CreatedAt)), revision),
        Entry(StateKeys.WorkerPorts(worker.Id), Encoding.UTF8.GetBytes(PortBitmap.Empty(worker.PortRange).ToString()), revision),
        Entry(StateKeys.WorkerState(worker.Id), DomainJson.Write(worker), revision),
    ];

    /// <summary>An outbox entry, for what only counts them.</summary>
    public static byte[] NoEvents { get; } = DomainJson.Write(new OutboxEntry("operation", null, []));

    public static StateEntry Damaged(string key, long revision) => Entry(key, "{\"not\": this"u8.ToArray(), revision);

    public static StateEvent Put(this StateEntry entry) => new(entry.Key, entry);

    public static StateEvent Gone(string key) => new(key, null);
}
