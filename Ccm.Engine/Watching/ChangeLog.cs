namespace Ccm.Engine.Watching;

/// <summary>
/// The last changes. Each reader has only its place among them, and what it missed is merged when it asks, once for all that ask from
/// the same place: telling a thousand readers costs the writer one signal, and one that stalls costs nobody anything.
/// </summary>
internal sealed class ChangeLog
{
    /// <summary>Changes kept, and objects in them; who is farther behind is resynchronised. They hold their snapshots in memory.</summary>
    public const int Kept = 2048;

    private readonly Lock _lock = new();
    private readonly FleetChange[] _changes = new FleetChange[Kept];

    /// <summary>What reaches from a place to the newest change, by that place.</summary>
    private readonly Dictionary<long, FleetChange> _merged = [];

    private TaskCompletionSource _more = NewSignal();
    private long _begin;
    private long _end;
    private int _objects;

    /// <summary>The place behind the newest change.</summary>
    public long End
    {
        get
        {
            lock (_lock)
                return _end;
        }
    }

    /// <returns>To be set by the caller, outside its own locks: whoever waits is told.</returns>
    public TaskCompletionSource Add(FleetChange change)
    {
        lock (_lock)
        {
            if (_end - _begin == Kept)
                Forget();
            _changes[_end++ % Kept] = change;
            _objects += change.ObjectCount;
            while (_objects > Kept && _end - _begin > 1)
                Forget();
            _merged.Clear();
            var told = _more;
            _more = NewSignal();
            return told;
        }
    }

    /// <summary>Everything from a place on as one change; null when there is nothing yet, and <c>More</c> tells when there is.</summary>
    /// <param name="seen">What a reader at that place has seen.</param>
    public (FleetChange? Change, long End, Task More) From(long place, FleetSnapshot seen)
    {
        FleetChange[] missed;
        long end;
        lock (_lock)
        {
            end = _end;
            if (place == end)
                return (null, end, _more.Task);
            if (place < _begin)
                return (FleetChange.Resync(seen, _changes[(end - 1) % Kept].After), end, Task.CompletedTask);
            if (end - place == 1)
                return (_changes[place % Kept], end, Task.CompletedTask);
            if (_merged.TryGetValue(place, out var known))
                return (known, end, Task.CompletedTask);
            missed = new FleetChange[end - place];
            for (var n = 0; n < missed.Length; n++)
                missed[n] = _changes[(place + n) % Kept];
        }
        // Not under the lock: the writer does not wait for it.
        var merged = FleetChange.Merge(missed, FleetSubscription.Bound);
        lock (_lock)
        {
            if (end == _end)
                _merged[place] = merged;
        }
        return (merged, end, Task.CompletedTask);
    }

    private void Forget()
    {
        ref var oldest = ref _changes[_begin++ % Kept]!;
        _objects -= oldest.ObjectCount;
        oldest = null!;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
