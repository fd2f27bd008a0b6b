using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Lifecycle;
using Ccm.Tests.Hosts;
using Ccm.Tests.Servers;
using Ccm.Tests.Watching;

namespace Ccm.Tests.Lifecycle;

/// <summary>A host that is slow keeps its own labs waiting, and nobody else's.</summary>
public sealed class SlowHostTests
{
    private static readonly TimeSpan Sweep = new LifecycleOptions().Sweep;

    /// <summary>As when a course ends, with more labs on one host than the loop does at once.</summary>
    [Fact]
    public async Task Run_ManyLabsOfAHostThatHangs_OthersAreStopped()
    {
        await using var world = await OneHostWorld.StartAsync();
        await world.PutWorkerAsync("w-2");
        world.Host.Hangs.Add("w-1");
        for (var n = 0; n < 20; n++)
            await PutStoppingAsync(world, $"i-{n}", "w-1");
        using var over = new CancellationTokenSource();
        var loop = world.LoopAsync(world.Time, over.Token);

        // After all the others.
        await PutStoppingAsync(world, "i-last", "w-2");

        await world.UntilAsync(snapshot => snapshot.Instances["i-last"].Value.State == InstanceState.Stopped);
        Assert.True(world.Host.Waiting <= 3, $"{world.Host.Waiting} wait for one host.");
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop.OrLate());
    }

    /// <summary>As when a rack is cut off: each look at one of them lasts until its host should have answered.</summary>
    [Fact]
    public async Task Run_MoreSilentHostsThanTheLoopLooksAtAtOnce_OthersAreStopped()
    {
        await using var world = await OneHostWorld.StartAsync();
        for (var n = 0; n < 40; n++)
        {
            world.Host.Hangs.Add($"w-silent-{n}");
            await world.PutWorkerAsync($"w-silent-{n}", world.Time.GetUtcNow());
        }
        using var over = new CancellationTokenSource();
        var loop = world.LoopAsync(world.Time, over.Token);

        // After all the others.
        await PutStoppingAsync(world, "i-last", "w-1");

        await world.UntilAsync(snapshot => snapshot.Instances["i-last"].Value.State == InstanceState.Stopped);
        Assert.True(world.Host.Waiting <= 8, $"{world.Host.Waiting} wait for silent hosts.");
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop.OrLate());
    }

    [Fact]
    public async Task Run_SweepHeldUpByAHost_TheNetGoesOn()
    {
        await using var world = await OneHostWorld.StartAsync();
        world.Host.Hangs.Add("w-1");
        using var over = new CancellationTokenSource();
        var time = new TimerLog();
        var loop = world.LoopAsync(time, over.Token);
        Assert.Equal([Sweep, Sweep], [await time.SetAsync().OrLate(), await time.SetAsync().OrLate()]);
        time.Advance(Sweep);
        await world.Host.Hung.Task.OrLate();

        for (var n = 0; n < 3; n++)
            Assert.Equal(Sweep, await time.PassAsync().OrLate());

        Assert.Equal(1, world.Host.Waiting);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop.OrLate());
    }

    private static async Task PutStoppingAsync(OneHostWorld world, string id, string worker)
    {
        world.Host.Put($"lab-of-{id}", LabTitle.Of(id));
        await world.PutInstanceAsync(InstanceState.Stopping, new Checkpoint(CheckpointStep.Started, $"lab-of-{id}"), instance => instance with { Target = InstanceTarget.Stopped }, id, worker);
    }
}
