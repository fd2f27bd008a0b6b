using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Ccm.Engine.Embedded;
using Microsoft.Data.Sqlite;

namespace Ccm.Engine.State.Embedded;

/// <summary>
/// The state store on one SQLite file, with etcd's semantics. One writer loop takes all that waits, applies each transaction at a
/// revision of its own and makes them durable together; readers have connections of their own.
/// </summary>
public sealed class SqliteStateStore : IStateStore
{
    private const int AtOnce = 256;
    private readonly SqliteReader _reader;
    private readonly TimeProvider _time;
    private readonly SqliteWriter _writer;
    private readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly Task _loop;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, SqliteLease> _leases = [];
    private ImmutableArray<SqliteWatch> _watches = [];
    private long _lastLease;
    private long _revision;

    public SqliteStateStore(EmbeddedDatabase database, TimeProvider time)
    {
        _reader = new SqliteReader(database);
        _time = time;
        _writer = new SqliteWriter(database.Connect());
        EndLeasesOfEarlierProcess();
        _revision = _writer.Revision;
        _loop = Task.Factory.StartNew(WriteLoop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public string Kind => "sqlite";

    internal long Revision => Volatile.Read(ref _revision);

    public Task<StateEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_reader.Get(key));
    }

    public Task<StateList> ListAsync(string prefix, long revision, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_reader.List(prefix, revision));
    }

    public async Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
    {
        TransactionRules.Check(transaction);
        cancellationToken.ThrowIfCancellationRequested();
        var job = new Transact(transaction);
        return await WriteAsync(job, cancellationToken) ? await job.Done.Task : new CommitResult.Refused("the store is closed");
    }

    public async IAsyncEnumerable<StateBatch> WatchAsync(string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watch = new SqliteWatch(Leave);
        lock (_lock)
            _watches = _watches.Add(watch);
        var next = Math.Max(fromRevision, 1);
        while (true)
        {
            var upTo = Revision;
            if (next <= upTo)
            {
                foreach (var batch in _reader.History(prefix, next, upTo))
                    yield return batch;
                yield return new StateBatch(upTo, []);
                next = upTo + 1;
            }
            if (_loop.IsCompleted)
                throw new StateStoreUnavailableException("The store is closed.");
            await watch.WaitAsync(cancellationToken);
        }
    }

    public async Task<IStateLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastLease);
        var lease = new SqliteLease(id, timeToLive, _time, EndLeaseAsync);
        lock (_lock)
            _leases[id] = lease;
        return await Task.FromResult(lease);
    }

    public async Task CompactAsync(long revision, CancellationToken cancellationToken)
    {
        var job = new Compact(revision);
        if (!await WriteAsync(job, cancellationToken))
            throw new StateStoreUnavailableException("The store is closed.");
        await job.Done.Task;
    }

    public Task<StateStoreStatus> GetStatusAsync(CancellationToken cancellationToken) => Task.FromResult(_reader.Status(Revision));

    public async ValueTask DisposeAsync()
    {
        _jobs.Writer.TryComplete();
        await _loop;
        foreach (var watch in _watches)
            watch.Signal();
        _writer.Dispose();
    }

    private void WriteLoop()
    {
        var taken = new List<Job>(AtOnce);
        while (_jobs.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            taken.Clear();
            while (taken.Count < AtOnce && _jobs.Reader.TryRead(out var job))
                taken.Add(job);
            Apply([.. taken.Where(job => job is not Compact)]);
            foreach (var job in taken.OfType<Compact>())
                Apply(job);
        }
    }

    private void Apply(Job[] jobs)
    {
        if (jobs.Length == 0)
            return;
        var before = _writer.Revision;
        var results = new CommitResult[jobs.Length];
        try
        {
            _writer.Begin();
            for (var n = 0; n < jobs.Length; n++)
                results[n] = Apply(jobs[n]);
            _writer.Commit();
        }
        catch (Exception exception)
        {
            // Whatever it is: nothing of it stands, and the loop has to go on for the others.
            _writer.Rollback(before);
            Array.Fill(results, new CommitResult.Refused(exception.Message));
        }
        Volatile.Write(ref _revision, _writer.Revision);
        foreach (var watch in _writer.Revision > before ? _watches : [])
            watch.Signal();
        for (var n = 0; n < jobs.Length; n++)
            jobs[n].Done.TrySetResult(results[n]);
    }

    private CommitResult Apply(Job job)
    {
        if (job is EndLease ended)
        {
            _writer.DeleteLeased(ended.LeaseId);
            return new CommitResult.Committed(_writer.Revision);
        }
        var transaction = ((Transact)job).Transaction;
        return UnknownLease(transaction) is { } lease ? new CommitResult.Refused($"lease {lease} is gone")
            : _writer.Apply(transaction) ? new CommitResult.Committed(_writer.Revision) : new CommitResult.GuardFailed(_writer.Revision);
    }

    private void Apply(Compact job)
    {
        try
        {
            _writer.Compact(job.Revision);
            job.Done.TrySetResult(new CommitResult.Committed(job.Revision));
        }
        catch (Exception exception)
        {
            job.Done.TrySetException(exception is SqliteException ? new StateStoreUnavailableException(exception.Message, exception) : exception);
        }
    }

    private long? UnknownLease(StateTransaction transaction)
    {
        lock (_lock)
            return transaction.Puts.Select(put => put.LeaseId).Where(id => id != 0 && !_leases.ContainsKey(id)).Cast<long?>().FirstOrDefault();
    }

    private async Task EndLeaseAsync(SqliteLease lease)
    {
        lock (_lock)
        {
            if (!_leases.Remove(lease.Id))
                return;
        }
        var job = new EndLease(lease.Id);
        // A store that is closed ends the keys of all leases when it is opened again.
        if (_jobs.Writer.TryWrite(job) || await WriteAsync(job, CancellationToken.None))
            await job.Done.Task;
    }

    /// <summary>False when the store is closed.</summary>
    private async Task<bool> WriteAsync(Job job, CancellationToken cancellationToken)
    {
        try
        {
            await _jobs.Writer.WriteAsync(job, cancellationToken);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>A process that is gone keeps nothing alive; the file is ours alone, so nobody else does.</summary>
    private void EndLeasesOfEarlierProcess()
    {
        _writer.Begin();
        _writer.DeleteLeased(null);
        _writer.Commit();
    }

    private void Leave(SqliteWatch watch)
    {
        lock (_lock)
            _watches = _watches.Remove(watch);
    }

    /// <summary>Work for the writer loop.</summary>
    private abstract record Job
    {
        public TaskCompletionSource<CommitResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Transact(StateTransaction Transaction) : Job;

    private sealed record EndLease(long LeaseId) : Job;

    private sealed record Compact(long Revision) : Job;
}
