using System.Collections.Concurrent;
using Ccm.Engine.State;

namespace Ccm.Engine.Watching;

/// <summary>
/// What this process is about to write, so that its watch need not make the same objects of the same bytes again. Only a help: what is
/// not here, or reads otherwise, is read.
/// </summary>
public sealed class OwnWrites
{
    /// <summary>Kept at the most; what was never committed stays until then.</summary>
    private const int Most = 8192;

    private readonly ConcurrentDictionary<string, (ReadOnlyMemory<byte> Bytes, object Value)> _values = new(StringComparer.Ordinal);
    private int _added;

    public void Expect(string key, ReadOnlyMemory<byte> bytes, object value)
    {
        if (Interlocked.Increment(ref _added) > Most)
        {
            _values.Clear();
            Interlocked.Exchange(ref _added, 0);
        }
        _values[key] = (bytes, value);
    }

    /// <summary>The object that was written as these bytes; null when it was not from here.</summary>
    internal T? Take<T>(StateEntry entry) where T : class =>
        _values.TryRemove(entry.Key, out var own) && own.Bytes.Span.SequenceEqual(entry.Value.Span) ? own.Value as T : null;
}
