using Ccm.Engine.Domain;
using CsCheck;

namespace Ccm.Tests.Domain;

public sealed class PortBitmapTests
{
    private static readonly Gen<PortRange> Range = Gen.Select(Gen.Int[1, 60_000], Gen.Int[1, 70], (start, count) => new PortRange(start, start + count - 1));

    /// <summary>A step: allocate so many, or release every n-th of what is held.</summary>
    private static readonly Gen<(bool Allocate, int N)[]> Steps = Gen.Select(Gen.Bool, Gen.Int[1, 20]).Array[0, 30];

    [Fact]
    public void AllocateAndRelease_AnySteps_AgreeWithASet() => Gen.Select(Range, Steps).Sample((range, steps) =>
    {
        var map = PortBitmap.Empty(range);
        var held = new SortedSet<int>();
        foreach (var (allocate, n) in steps)
        {
            if (allocate)
            {
                var free = Enumerable.Range(range.Start, range.Count).Where(port => !held.Contains(port)).Take(n).ToArray();
                var result = map.Allocate(n);
                Assert.Equal(free.Length == n, result is not null);
                if (result is not { } taken)
                    continue;
                Assert.Equal(free, taken.Ports);
                map = taken.Map;
                held.UnionWith(free);
            }
            else
            {
                var back = held.Where((_, index) => index % n == 0).ToArray();
                map = map.Release(back);
                held.ExceptWith(back);
            }
            AssertHolds(map, held);
            AssertHolds(PortBitmap.Parse(range, map.ToString()), held);
        }
        Assert.True(map.Release(held).IsEmpty);
    });

    [Fact]
    public void Take_AnyPorts_AreHeldAndMayNotBeTakenAgain() => Gen.Select(Range, Gen.Int[0, 100].HashSet[0, 40]).Sample((range, offsets) =>
    {
        var ports = offsets.Where(offset => offset < range.Count).Select(offset => range.Start + offset).ToArray();

        var map = PortBitmap.Empty(range).Take(ports);

        AssertHolds(map, [.. ports]);
        foreach (var port in Enumerable.Range(range.Start - 20, range.Count + 40))
        {
            if (ports.Contains(port) || port < range.Start || port > range.End)
                Assert.Throws<InvalidOperationException>(() => map.Take([port]));
            else
                Assert.Throws<InvalidOperationException>(() => map.Release([port]));
        }
    });

    [Fact]
    public void Release_OnePortTwice_IsRefusedAndChangesNothing()
    {
        var (map, ports) = PortBitmap.Empty(new PortRange(2000, 2009)).Allocate(3)!.Value;
        Assert.Throws<InvalidOperationException>(() => map.Release([ports[0], ports[0]]));
        Assert.Equal(3, map.AllocatedCount);
    }

    [Theory]
    [InlineData(2000, new byte[] { 0b0000_0001, 0 })]
    [InlineData(2007, new byte[] { 0b1000_0000, 0 })]
    [InlineData(2008, new byte[] { 0, 0b0000_0001 })]
    [InlineData(2011, new byte[] { 0, 0b0000_1000 })]
    public void ToString_OnePort_IsBitNOfByteNOverEightLowestFirst(int port, byte[] bytes) =>
        Assert.Equal(Convert.ToBase64String(bytes), PortBitmap.Empty(new PortRange(2000, 2011)).Take([port]).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("AAA=AA")]
    [InlineData("AA==")]
    [InlineData("AAAA")]
    [InlineData("ABA=")] // A bit beyond the twelfth port.
    public void Parse_NotABitmapOfThisRange_IsRefused(string base64) =>
        Assert.Throws<FormatException>(() => PortBitmap.Parse(new PortRange(2000, 2011), base64));

    private static void AssertHolds(PortBitmap map, SortedSet<int> held)
    {
        Assert.Equal(held.Count, map.AllocatedCount);
        Assert.Equal(map.Range.Count - held.Count, map.FreeCount);
        Assert.Equal(held.Count == 0, map.IsEmpty);
        foreach (var port in Enumerable.Range(map.Range.Start - 20, map.Range.Count + 40))
            Assert.Equal(held.Contains(port), map.IsAllocated(port));
    }
}
