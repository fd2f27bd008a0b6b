using Ccm.Portal.Live;

namespace Ccm.Tests.Components.Live;

public sealed class PaceTests
{
    private readonly Pace _pace = new();

    [Theory]
    [InlineData(0, 8)]
    [InlineData(3, 12)]
    [InlineData(20, 80)]
    [InlineData(500, 250)]
    public void After_PaintingsAlike_WaitsForHalfAFrameOrFourTimesAsLong(double painting, double wait)
    {
        var waits = Enumerable.Range(0, 60).Select(_ => _pace.After(TimeSpan.FromMilliseconds(painting)).TotalMilliseconds).ToList();

        Assert.Equal(wait, waits[^1], 0.01);
        Assert.All(waits, one => Assert.InRange(one, 8, 250));
    }

    [Fact]
    public void After_OneSlowPaintingAmongFastOnes_IsSoonForgotten()
    {
        for (var n = 0; n < 20; n++)
            _pace.After(TimeSpan.FromMilliseconds(1));

        Assert.Equal(28.5, _pace.After(TimeSpan.FromMilliseconds(25.5)).TotalMilliseconds, 0.5);
        for (var n = 0; n < 8; n++)
            _pace.After(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Pace.Shortest, _pace.After(TimeSpan.FromMilliseconds(1)));
    }
}
