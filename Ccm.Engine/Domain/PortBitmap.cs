using System.Numerics;

namespace Ccm.Engine.Domain;

/// <summary>
/// The ports of one worker: port = range start + n, bit n = byte n/8, lowest bit first; 1 means allocated. Immutable.
/// </summary>
public sealed class PortBitmap
{
    private readonly byte[] _bits;
    private int _allocated = -1;

    private PortBitmap(PortRange range, byte[] bits)
    {
        Range = range;
        _bits = bits;
    }

    public PortRange Range { get; }

    public int AllocatedCount
    {
        get
        {
            if (_allocated < 0)
                _allocated = _bits.Sum(b => BitOperations.PopCount(b));
            return _allocated;
        }
    }

    public int FreeCount => Range.Count - AllocatedCount;

    public bool IsEmpty => !_bits.AsSpan().ContainsAnyExcept((byte)0);

    public static PortBitmap Empty(PortRange range) => new(range, new byte[(range.Count + 7) / 8]);

    /// <exception cref="FormatException">Not base64, not of this range's length, or with ports beyond it.</exception>
    public static PortBitmap Parse(PortRange range, string base64)
    {
        var bits = Convert.FromBase64String(base64);
        if (bits.Length != (range.Count + 7) / 8)
            throw new FormatException($"A port bitmap of {range.Count} ports has {(range.Count + 7) / 8} bytes, not {bits.Length}.");
        if (range.Count % 8 != 0 && bits[^1] >> (range.Count % 8) != 0)
            throw new FormatException($"The port bitmap has ports beyond {range.End} allocated.");
        return new PortBitmap(range, bits);
    }

    /// <summary>False for a port out of range.</summary>
    public bool IsAllocated(int port) => port >= Range.Start && port <= Range.End && (_bits[(port - Range.Start) / 8] & (1 << ((port - Range.Start) % 8))) != 0;

    /// <summary>The lowest free ports, in ascending order, and the map with them taken; null when there are too few.</summary>
    public (PortBitmap Map, int[] Ports)? Allocate(int count)
    {
        var bits = (byte[])_bits.Clone();
        var ports = new int[count];
        var taken = 0;
        for (var n = 0; taken < count && n < Range.Count; n++)
        {
            if (bits[n / 8] == 0xFF)
            {
                n |= 7;
                continue;
            }
            if ((bits[n / 8] & (1 << (n % 8))) != 0)
                continue;
            bits[n / 8] |= (byte)(1 << (n % 8));
            ports[taken++] = Range.Start + n;
        }
        return taken == count ? (new PortBitmap(Range, bits), ports) : null;
    }

    /// <exception cref="InvalidOperationException">A port is out of range or allocated already.</exception>
    public PortBitmap Take(IEnumerable<int> ports)
    {
        var bits = (byte[])_bits.Clone();
        foreach (var port in ports)
        {
            var n = port - Range.Start;
            if (n < 0 || n >= Range.Count || (bits[n / 8] & (1 << (n % 8))) != 0)
                throw new InvalidOperationException($"Port {port} is not free.");
            bits[n / 8] |= (byte)(1 << (n % 8));
        }
        return new PortBitmap(Range, bits);
    }

    /// <exception cref="InvalidOperationException">A port is not allocated: it would be given back twice.</exception>
    public PortBitmap Release(IEnumerable<int> ports)
    {
        var bits = (byte[])_bits.Clone();
        foreach (var port in ports)
        {
            var n = port - Range.Start;
            if (n < 0 || n >= Range.Count || (bits[n / 8] & (1 << (n % 8))) == 0)
                throw new InvalidOperationException($"Port {port} is not allocated.");
            bits[n / 8] &= (byte)~(1 << (n % 8));
        }
        return new PortBitmap(Range, bits);
    }

    public override string ToString() => Convert.ToBase64String(_bits);
}
