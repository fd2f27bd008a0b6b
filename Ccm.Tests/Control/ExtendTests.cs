using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Tests.Lifecycle;

namespace Ccm.Tests.Control;

public sealed class ExtendTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>It adds an event as every change of people does, and would fill the store with them.</summary>
    [Fact]
    public async Task Extend_OutboxFull_IsRefusedAndChangesNothing()
    {
        await using var engine = await SteppedEngine.StartAsync();
        await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync(minutes: 30);
        var end = engine.Instance(id).TimeslotEnd!.Value;
        using var full = engine.NewReplica(engine.Cache, options: new ControlOptions { OutboxLimit = engine.Cache.Current.Outbox.Count });

        var refused = await Assert.ThrowsAsync<RefusedException>(() => full.ExtendInstanceAsync(SteppedEngine.Admin, Operation.New(), id, end.AddMinutes(10), Cancelled));

        Assert.Equal((RefusalKind.Unavailable, end), (refused.Kind, engine.Instance(id).TimeslotEnd));
    }

    /// <summary>The controller has not ended it yet.</summary>
    [Fact]
    public async Task Extend_SlotOverAndTheNewEndPastToo_IsRefusedWithTheEndsThatCanBe()
    {
        await using var engine = await SteppedEngine.StartAsync();
        await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync(minutes: 30);
        var end = engine.Instance(id).TimeslotEnd!.Value;
        engine.Time.Jump(TimeSpan.FromMinutes(45));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => engine.Control.ExtendInstanceAsync(SteppedEngine.Admin, Operation.New(), id, end.AddMinutes(5), Cancelled));
        Assert.Equal((RefusalKind.Invalid, "timeslotEnd"), (refused.Kind, refused.Problems[0].Field));
        Assert.Contains($"Give an end after {engine.Time.GetUtcNow():u}", refused.Problems[0].Fix, StringComparison.Ordinal);

        var extended = await engine.Control.ExtendInstanceAsync(SteppedEngine.Admin, Operation.New(), id, engine.Time.GetUtcNow().AddMinutes(5), Cancelled);
        Assert.Equal(engine.Time.GetUtcNow().AddMinutes(5), extended.TimeslotEnd);
    }

    [Fact]
    public async Task Extend_FullLengthOver_IsRefused()
    {
        await using var engine = await SteppedEngine.StartAsync();
        await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync(minutes: 30);
        engine.Time.Jump(TimeSpan.FromHours(24));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => engine.Control.ExtendInstanceAsync(SteppedEngine.Admin, Operation.New(), id, engine.Time.GetUtcNow().AddMinutes(5), Cancelled));

        Assert.Contains("reserve another one", refused.Problems[0].Fix, StringComparison.OrdinalIgnoreCase);
    }
}
