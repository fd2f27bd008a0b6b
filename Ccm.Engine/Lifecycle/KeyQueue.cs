using System.Threading.Channels;

namespace Ccm.Engine.Lifecycle;

/// <summary>
/// Keys to look at again. A key waiting or due later is there once; one that is added while it is being worked on is worked on once
/// more afterwards, never by two at a time. Of those that are in one lane only so many are out at once; the others wait for one of them,
/// and let the keys of other lanes by.
/// </summary>
/// <param name="laneOf">The lane that a key is in when it is taken; null: none. It is asked under the queue's lock.</param>
internal sealed class KeyQueue(TimeProvider time, Func<string, Lane?> laneOf) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Channel<string> _ready = Channel.CreateUnbounded<string>();
    private readonly HashSet<string> _waiting = [];
    private readonly Dictionary<string, string?> _working = [];

    /// <summary>By lane, keys out and keys kept back; none are kept back while none are out.</summary>
    private readonly Dictionary<string, (int Out, List<string> Back)> _lanes = [];
    private readonly HashSet<string> _again = [];
    private readonly Dictionary<string, ITimer> _later = [];

    public void Add(string key)
    {
        lock (_lock)
        {
            if (_later.Remove(key, out var timer))
                timer.Dispose();
            if (_working.ContainsKey(key))
                _again.Add(key);
            else if (_waiting.Add(key))
                _ready.Writer.TryWrite(key);
        }
    }

    /// <summary>The next key, which is the caller's until <see cref="Done"/>.</summary>
    public async Task<string> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var key = await _ready.Reader.ReadAsync(cancellationToken);
            lock (_lock)
            {
                if (!TakeTurn(key, laneOf(key)))
                    continue;
                _waiting.Remove(key);
            }
            return key;
        }
    }

    /// <param name="again">After how long to look again by itself; null: not before it is added.</param>
    public void Done(string key, TimeSpan? again)
    {
        lock (_lock)
        {
            GiveTurn(key);
            if (_again.Remove(key) || again <= TimeSpan.Zero)
            {
                if (_waiting.Add(key))
                    _ready.Writer.TryWrite(key);
            }
            else if (again is { } delay)
            {
                if (_later.Remove(key, out var known))
                    known.Dispose();
                _later[key] = time.CreateTimer(_ => Add(key), null, delay < MaxDelay ? delay : MaxDelay, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private bool TakeTurn(string key, Lane? lane)
    {
        if (lane is { } its)
        {
            var (taken, back) = _lanes.GetValueOrDefault(its.Name, (0, []));
            if (taken == its.Most)
            {
                back.Add(key);
                return false;
            }
            _lanes[its.Name] = (taken + 1, back);
        }
        _working.Add(key, lane?.Name);
        return true;
    }

    /// <summary>All that were kept back try again, since some may be in another lane by now.</summary>
    private void GiveTurn(string key)
    {
        if (!_working.Remove(key, out var lane) || lane is null)
            return;
        var (taken, back) = _lanes[lane];
        foreach (var kept in back)
            _ready.Writer.TryWrite(kept);
        if (taken == 1)
            _lanes.Remove(lane);
        else
            _lanes[lane] = (taken - 1, []);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var timer in _later.Values)
                timer.Dispose();
            _later.Clear();
        }
    }

    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(20);
}

/// <param name="Most">Keys of it that may be out at once.</param>
internal readonly record struct Lane(string Name, int Most);
