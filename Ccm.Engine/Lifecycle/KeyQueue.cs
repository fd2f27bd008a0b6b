using System.Threading.Channels;

namespace Ccm.Engine.Lifecycle;

/// <summary>
/// Keys to look at again. A key waiting or due later is there once; one that is added while it is being worked on is worked on once
/// more afterwards, never by two at a time.
/// </summary>
internal sealed class KeyQueue(TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Channel<string> _ready = Channel.CreateUnbounded<string>();
    private readonly HashSet<string> _waiting = [];
    private readonly HashSet<string> _working = [];
    private readonly HashSet<string> _again = [];
    private readonly Dictionary<string, ITimer> _later = [];

    public void Add(string key)
    {
        lock (_lock)
        {
            if (_later.Remove(key, out var timer))
                timer.Dispose();
            if (_working.Contains(key))
                _again.Add(key);
            else if (_waiting.Add(key))
                _ready.Writer.TryWrite(key);
        }
    }

    /// <summary>The next key, which is the caller's until <see cref="Done"/>.</summary>
    public async Task<string> TakeAsync(CancellationToken cancellationToken)
    {
        var key = await _ready.Reader.ReadAsync(cancellationToken);
        lock (_lock)
        {
            _waiting.Remove(key);
            _working.Add(key);
        }
        return key;
    }

    /// <param name="again">After how long to look again by itself; null: not before it is added.</param>
    public void Done(string key, TimeSpan? again)
    {
        lock (_lock)
        {
            _working.Remove(key);
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
