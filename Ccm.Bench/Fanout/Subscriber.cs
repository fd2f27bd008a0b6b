using System.Globalization;
using Ccm.Engine.Watching;

namespace Ccm.Bench.Fanout;

/// <summary>One reader of the cache: counts what it is told of, and when.</summary>
internal sealed class Subscriber(FleetSubscription subscription)
{
    private readonly List<double> _latencies = [];
    private TaskCompletionSource _all = new();
    private long[]? _sent;
    private int _left;

    /// <summary>Milliseconds from sending to delivery, of what was expected last.</summary>
    public IReadOnlyList<double> Latencies => _latencies;

    /// <summary>Done once it was told of so many more. Nothing may be under way when it is called.</summary>
    /// <param name="sent">When each write was sent, by instance; null: not timed.</param>
    public Task ExpectAsync(int events, long[]? sent)
    {
        _latencies.Clear();
        (_sent, _all) = (sent, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Volatile.Write(ref _left, events);
        return _all.Task;
    }

    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        using (subscription)
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var change = await subscription.NextAsync(cancellationToken);
                IReadOnlyCollection<string> told = change.IsResync ? Compared(change) : change.Instances;
                if (_sent is { } sent)
                {
                    foreach (var id in told)
                        _latencies.Add(TimeProvider.System.GetElapsedTime(Volatile.Read(ref sent[int.Parse(id.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)])).TotalMilliseconds);
                }
                Volatile.Write(ref _left, _left - told.Count);
                if (_left == 0)
                    _all.TrySetResult();
                else if (_left < 0)
                    throw new BenchException("A reader was told of more than was written.");
            }
        }
    }

    /// <summary>A reader that lagged finds out for itself.</summary>
    private static List<string> Compared(FleetChange change) =>
        [.. change.After.Instances.Where(entry => !ReferenceEquals(change.Before.Instances.GetValueOrDefault(entry.Key), entry.Value)).Select(entry => entry.Key)];
}
