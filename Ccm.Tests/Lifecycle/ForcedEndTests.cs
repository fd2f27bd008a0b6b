using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Tests.Hosts;

namespace Ccm.Tests.Lifecycle;

/// <summary>What an admin forces to end gives its place back once its lab is gone, if its host lets that happen at all.</summary>
public sealed class ForcedEndTests
{
    private static readonly Actor Admin = new("admin", "Admin", [Role.Admin]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Else the next lab is placed where the licence is used up still, and fails three times before anybody has stopped this one.</summary>
    [Fact]
    public async Task Force_LabThatTakesItsTimeToStop_HoldsItsPlaceUntilItIsGone()
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync();

        await engine.Control.ForceTerminateInstanceAsync(SteppedEngine.Admin, Operation.New(), id, Stop);
        await engine.SettleAsync();
        Assert.Equal(InstanceState.Stopping, engine.Instance(id).State);
        await engine.PassUntilAsync(() => engine.Instance(id).State == InstanceState.Terminated);

        Assert.Empty(await engine.LabsOnAsync(worker));
        Assert.Equal(Outcome.Cancelled, engine.Instance(id).Outcome);
    }

    [Theory]
    [InlineData(InstanceState.Instantiating)]
    [InlineData(InstanceState.Running)]
    [InlineData(InstanceState.Stopping)]
    [InlineData(InstanceState.Stopped)]
    [InlineData(InstanceState.Archived)]
    public async Task Force_HostThatDoesAsItIsAsked_LeavesNoLab(InstanceState state)
    {
        await using var world = await WorldAsync(state);

        await ForceAsync(world);
        await world.SettleAsync();

        Assert.Equal(InstanceState.Terminated, world.Instance.State);
        Assert.Empty(world.Host.On);
    }

    /// <summary>The time that is given to it counts from the wish, not from when the lab came to its state.</summary>
    [Fact]
    public async Task Force_LabThatHasLongBeenStopped_IsRemovedAsWell()
    {
        await using var world = await WorldAsync(InstanceState.Stopped);
        await world.PassAsync(TimeSpan.FromMinutes(10));

        await ForceAsync(world);
        await world.SettleAsync();

        Assert.Equal(InstanceState.Terminated, world.Instance.State);
        Assert.Empty(world.Host.On);
    }

    [Theory]
    [InlineData(InstanceState.Running)]
    [InlineData(InstanceState.Archived)]
    public async Task Force_HostThatRefuses_EndsAllTheSameInAWhile(InstanceState state)
    {
        await using var world = await WorldAsync(state);
        world.Host.Refuses["lab-1"] = new HostRefusedException("A node hangs.");

        await ForceAsync(world);
        await world.SettleAsync();
        Assert.Equal(state == InstanceState.Running ? InstanceState.Stopping : InstanceState.Archived, world.Instance.State);
        await world.PassAsync(TimeSpan.FromMinutes(3));

        Assert.Equal((InstanceState.Terminated, Outcome.Cancelled), (world.Instance.State, world.Instance.Outcome));
    }

    [Theory]
    [InlineData(InstanceState.Running)]
    [InlineData(InstanceState.Archived)]
    public async Task Force_SilentHost_IsNotWaitedFor(InstanceState state)
    {
        await using var world = await WorldAsync(state);
        world.Host.Silence();
        await world.SettleAsync();

        await ForceAsync(world);
        await world.SettleAsync();

        Assert.Equal((InstanceState.Terminated, Outcome.Cancelled), (world.Instance.State, world.Instance.Outcome));
    }

    private static Task ForceAsync(OneHostWorld world) => world.Control.ForceTerminateInstanceAsync(Admin, Operation.New(), "i-1", Stop);

    private static async Task<OneHostWorld> WorldAsync(InstanceState state)
    {
        var world = await OneHostWorld.StartAsync();
        await world.PutInstanceAsync(state, new Checkpoint(CheckpointStep.Started, "lab-1"), instance => state != InstanceState.Archived
            ? instance : instance with { Target = InstanceTarget.Terminated, Outcome = Outcome.Cancelled });
        world.Host.Put("lab-1", LabTitle.Of("i-1"), state is InstanceState.Stopped or InstanceState.Archived ? HostLabState.Stopped : HostLabState.Booted);
        return world;
    }
}
