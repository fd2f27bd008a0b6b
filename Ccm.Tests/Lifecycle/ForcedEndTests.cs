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

    /// <summary>Its lab takes up what another would be placed on.</summary>
    [Theory]
    [InlineData(InstanceState.Running)]
    [InlineData(InstanceState.Archived)]
    public async Task Force_HostThatRefusesAndTakesWork_HoldsItsPlaceUntilTheLabIsGone(InstanceState state)
    {
        await using var world = await RefusingWorldAsync(state);

        await ForceAsync(world);
        await world.PassAsync(TimeSpan.FromMinutes(30));
        Assert.Equal(StateMeanwhile(state), world.Instance.State);
        Assert.Equal(world.Worker.Declared - world.Instance.Demand, world.Cache.Current.Workers["w-1"].Available);
        world.Host.Refuses.Clear();
        await world.SettleAsync();

        Assert.Equal((InstanceState.Terminated, Outcome.Cancelled), (world.Instance.State, world.Instance.Outcome));
        Assert.Empty(world.Host.On);
    }

    /// <summary>Nobody is placed there, and whoever wants to be rid of the host must be able to.</summary>
    [Theory]
    [InlineData(InstanceState.Running)]
    [InlineData(InstanceState.Archived)]
    public async Task Force_HostThatRefusesAndIsDrained_EndsAllTheSameInAWhile(InstanceState state)
    {
        await using var world = await RefusingWorldAsync(state);
        await world.Control.DrainWorkerAsync(Admin, Operation.New(), "w-1", Stop);

        await ForceAsync(world);
        await world.SettleAsync();
        Assert.Equal(StateMeanwhile(state), world.Instance.State);
        await world.PassAsync(TimeSpan.FromMinutes(3));

        Assert.Equal((InstanceState.Terminated, Outcome.Cancelled), (world.Instance.State, world.Instance.Outcome));
    }

    [Fact]
    public async Task CancelDrain_LabThatWasGivenUpIsThereStill_TakesNoWorkUntilItIsGone()
    {
        await using var world = await RefusingWorldAsync(InstanceState.Running);
        await world.PutInstanceAsync(InstanceState.Running, new Checkpoint(CheckpointStep.Started, "lab-2"), instance => instance with { Ports = instance.Ports.Clear() }, "i-2");
        world.Host.Put("lab-2", LabTitle.Of("i-2"));
        await world.PutAsync(world.Worker, world.Worker.Declared - (world.Instance.Demand + world.Instance.Demand), [.. world.Instance.Ports.Values]);
        await world.Control.DrainWorkerAsync(Admin, Operation.New(), "w-1", Stop);
        await ForceAsync(world);
        await world.PassAsync(TimeSpan.FromMinutes(3));
        Assert.Equal((InstanceState.Terminated, WorkerState.Draining), (world.Instance.State, world.Worker.State));

        await world.Control.CancelDrainAsync(Admin, Operation.New(), "w-1", Stop);
        Assert.False(world.Worker.TakesWork);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal((WorkerState.Running, false), (world.Worker.State, world.Worker.TakesWork));
        Assert.Contains("lab-1", world.Worker.Trouble, StringComparison.Ordinal);
        world.Host.Refuses.Clear();
        await world.SettleAsync();

        Assert.True(world.Worker.TakesWork);
        Assert.Equal("lab-2", Assert.Single(world.Host.On).Id);
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

    /// <summary>While its lab is not gone.</summary>
    private static InstanceState StateMeanwhile(InstanceState before) => before == InstanceState.Running ? InstanceState.Stopping : before;

    /// <summary>Its host refuses to stop or remove the lab.</summary>
    private static async Task<OneHostWorld> RefusingWorldAsync(InstanceState state)
    {
        var world = await WorldAsync(state);
        world.Host.Refuses["lab-1"] = new HostRefusedException("A node hangs.");
        return world;
    }

    private static async Task<OneHostWorld> WorldAsync(InstanceState state)
    {
        var world = await OneHostWorld.StartAsync();
        await world.PutInstanceAsync(state, new Checkpoint(CheckpointStep.Started, "lab-1"), instance => state != InstanceState.Archived
            ? instance : instance with { Target = InstanceTarget.Terminated, Outcome = Outcome.Cancelled });
        world.Host.Put("lab-1", LabTitle.Of("i-1"), state is InstanceState.Stopped or InstanceState.Archived ? HostLabState.Stopped : HostLabState.Booted);
        return world;
    }
}
