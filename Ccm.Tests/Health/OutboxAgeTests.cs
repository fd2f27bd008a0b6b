using Ccm.Engine.Watching;
using Ccm.Portal.Health;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Health;

public sealed class OutboxAgeTests
{
    private readonly OutboxAge _age = new();

    [Fact]
    public void Look_QueueThatMovesOn_TellsSinceWhenItsOldestWaits()
    {
        Look(10, 0);
        Assert.Null(_age.Age);
        Look(12, 1, 11, 12);
        Assert.Equal(TimeSpan.Zero, _age.Age);
        Look(15, 3, 11, 15);
        Assert.Equal(TimeSpan.FromSeconds(2), _age.Age);
        // What was committed between two looks has waited at least since the second.
        Look(16, 7, 15);
        Assert.Equal(TimeSpan.FromSeconds(4), _age.Age);
        Look(16, 9);
        Assert.Null(_age.Age);
        Look(17, 10, 17);
        Assert.Equal(TimeSpan.Zero, _age.Age);
    }

    private void Look(long revision, int second, params long[] waiting) =>
        _age.Look(FleetSnapshot.Empty with { Revision = revision, Outbox = FleetSnapshot.Empty.Outbox.AddRange(waiting.Select(at => KeyValuePair.Create($"op-{at}", at))) }, Sample.Now.AddSeconds(second));
}
