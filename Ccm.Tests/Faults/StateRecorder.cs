using System.Collections.Immutable;
using Ccm.Engine.State;
using Ccm.Engine.State.Etcd;
using Ccm.Engine.Watching;
using Ccm.Tests.Faults.Checking;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Faults;

/// <summary>Writes down every revision of CCM's keys from the store's first on, over a connection of its own that no fault touches.</summary>
internal sealed class StateRecorder : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly EtcdStateStore _store;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly ImmutableArray<RecordedBatch>.Builder _batches = ImmutableArray.CreateBuilder<RecordedBatch>();
    private readonly Task _recording;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StateRecorder(string endpoints)
    {
        _store = new EtcdStateStore(endpoints, TimeProvider.System, NullLogger<EtcdStateStore>.Instance);
        _recording = RecordAsync();
    }

    /// <summary>For reading by the side; nothing but the portals and what a test says writes.</summary>
    public IStateStore Store => _store;

    public FleetSnapshot Current { get; private set; } = FleetSnapshot.Empty;

    public ImmutableArray<RecordedBatch> Batches
    {
        get
        {
            lock (_lock)
                return _batches.ToImmutable();
        }
    }

    /// <summary>Done once what was recorded comes to be so; fails, saying what was awaited, when it does not in a minute.</summary>
    public async Task<FleetSnapshot> UntilAsync(Func<FleetSnapshot, bool> holds, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Task changed;
            FleetSnapshot now;
            lock (_lock)
                (now, changed) = (Current, _changed.Task);
            if (holds(now))
                return now;
            var left = Patience - TimeProvider.System.GetElapsedTime(began);
            Assert.True(left > TimeSpan.Zero, $"It never came to be that {what}.");
            using var late = new CancellationTokenSource(left, TimeProvider.System);
            if (await Task.WhenAny(changed.WaitAsync(late.Token), _recording) == _recording)
                await _recording;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _recording.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _store.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RecordAsync()
    {
        var next = 1L;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var batch in _store.WatchAsync(StateKeys.Root, next, _stop.Token))
                {
                    if (batch.Events.IsEmpty)
                        continue;
                    Record(batch);
                    next = batch.Revision + 1;
                }
            }
            catch (StateStoreUnavailableException)
            {
                // The store is what is being broken; what it kept is still to be told.
                await Task.Delay(Pause, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private void Record(StateBatch batch)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _batches.Add(new RecordedBatch(TimeProvider.System.GetUtcNow(), batch));
            var builder = new SnapshotBuilder(Current, (key, exception) => throw new InvalidDataException($"{key} cannot be read.", exception));
            foreach (var change in batch.Events)
                builder.Apply(change.Key, change.Entry);
            Current = builder.Build(batch.Revision).After;
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        changed.TrySetResult();
    }
}
