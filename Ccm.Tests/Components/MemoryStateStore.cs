using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Ccm.Engine.State;

namespace Ccm.Tests.Components;

/// <summary>A state store in memory whose watch the test silences and lets speak again. Guards hold as in the real ones.</summary>
internal sealed class MemoryStateStore : IStateStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StateEntry> _entries = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _keys = new(StringComparer.Ordinal);
    private readonly List<StateBatch> _history = [];
    private readonly List<Channel<StateBatch>> _watchers = [];
    private readonly List<Lease> _leases = [];
    private string? _problem;

    public string Kind => "memory";

    /// <summary>The revision of the last transaction.</summary>
    public long Revision { get; private set; }

    /// <summary>Every revision there was.</summary>
    public ImmutableArray<StateBatch> History
    {
        get
        {
            lock (_lock)
                return [.. _history];
        }
    }

    /// <summary>Thrown by the next commits, as no store should; null: they are carried out.</summary>
    public Exception? CommitFault { get; set; }

    /// <summary>Awaited between a read of one key and its answer.</summary>
    public Func<string, Task> AfterRead { get; set; } = _ => Task.CompletedTask;

    /// <summary>What it says of itself, but for the revision.</summary>
    public StateStoreStatus Status { get; set; } = new("1.0", 0, 0, 4 * 1024 * 1024, null, []);

    /// <summary>Ends every watch, and refuses new ones and leases until <see cref="Speak"/>.</summary>
    public void Silence(string problem)
    {
        lock (_lock)
        {
            _problem = problem;
            foreach (var watcher in _watchers)
                watcher.Writer.TryComplete(new StateStoreUnavailableException(problem));
        }
    }

    public void Speak() => _problem = null;

    /// <summary>Lets all leases run out, and their keys with them.</summary>
    public async Task LoseLeasesAsync()
    {
        Lease[] leases;
        lock (_lock)
            leases = [.. _leases];
        foreach (var lease in leases)
        {
            await lease.RevokeAsync(CancellationToken.None);
            await lease.LoseAsync();
        }
    }

    public async Task<StateEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        StateEntry? entry;
        lock (_lock)
            entry = _entries.GetValueOrDefault(key);
        await AfterRead(key);
        return entry;
    }

    public Task<StateList> ListAsync(string prefix, long revision, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(new StateList(Revision, [.. _keys.GetViewBetween(prefix, $"{prefix}\uffff").Select(key => _entries[key])]));
    }

    public Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
    {
        if (CommitFault is { } fault)
            throw fault;
        lock (_lock)
        {
            if (!transaction.Guards.All(Holds))
                return Task.FromResult<CommitResult>(new CommitResult.GuardFailed(Revision));
            Revision++;
            var events = ImmutableArray.CreateBuilder<StateEvent>();
            foreach (var put in transaction.Puts)
            {
                var before = _entries.GetValueOrDefault(put.Key);
                _keys.Add(put.Key);
                events.Add(new StateEvent(put.Key, _entries[put.Key] = new StateEntry(put.Key, put.Value, before?.CreateRevision ?? Revision, Revision, (before?.Version ?? 0) + 1, put.LeaseId)));
            }
            foreach (var key in transaction.Deletes.Where(_entries.Remove))
            {
                _keys.Remove(key);
                events.Add(new StateEvent(key, null));
            }
            var batch = new StateBatch(Revision, events.ToImmutable());
            _history.Add(batch);
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(batch);
            return Task.FromResult<CommitResult>(new CommitResult.Committed(Revision));
        }
    }

    public async IAsyncEnumerable<StateBatch> WatchAsync(string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = Channel.CreateUnbounded<StateBatch>();
        lock (_lock)
        {
            if (_problem is { } problem)
                throw new StateStoreUnavailableException(problem);
            // Progress first: a watch that works has been heard of.
            watcher.Writer.TryWrite(new StateBatch(fromRevision - 1, []));
            foreach (var missed in _history.Where(batch => batch.Revision >= fromRevision))
                watcher.Writer.TryWrite(missed);
            _watchers.Add(watcher);
        }
        await foreach (var batch in watcher.Reader.ReadAllAsync(cancellationToken))
            yield return batch;
    }

    public Task<IStateLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        if (_problem is { } problem)
            throw new StateStoreUnavailableException(problem);
        var lease = new Lease(this, timeToLive);
        lock (_lock)
            _leases.Add(lease);
        return Task.FromResult<IStateLease>(lease);
    }

    public Task CompactAsync(long revision, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<StateStoreStatus> GetStatusAsync(CancellationToken cancellationToken) => _problem is { } problem
        ? throw new StateStoreUnavailableException(problem)
        : Task.FromResult(Status with { Revision = Revision });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private bool Holds(StateGuard guard) => guard switch
    {
        StateGuard.Modified modified => (_entries.GetValueOrDefault(guard.Key)?.ModRevision ?? 0) == modified.Revision,
        StateGuard.Created created => (_entries.GetValueOrDefault(guard.Key)?.CreateRevision ?? 0) == created.Revision,
        _ => false,
    };

    private sealed class Lease(MemoryStateStore store, TimeSpan timeToLive) : IStateLease
    {
        private readonly CancellationTokenSource _lost = new();

        public long Id => 7;

        public TimeSpan TimeToLive => timeToLive;

        public CancellationToken Lost => _lost.Token;

        public TimeSpan Age => TimeSpan.Zero;

        public Task LoseAsync() => _lost.CancelAsync();

        public Task RevokeAsync(CancellationToken cancellationToken)
        {
            string[] held;
            lock (store._lock)
                held = [.. store._entries.Values.Where(entry => entry.LeaseId == Id).Select(entry => entry.Key)];
            return held.Length == 0 ? Task.CompletedTask : store.CommitAsync(new StateTransaction { Deletes = [.. held] }, cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
