using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;

namespace Ccm.Tests.Hosts;

/// <summary>A host takes work once nothing is on it of labs that ended or went elsewhere: they hold its licence, and their files hold ports that are others' by now.</summary>
public sealed class LeftBehindTests
{
    private static readonly Actor Admin = new("admin", "Admin", [Role.Admin]);

    /// <summary>As a listed host is that was declared lost, came back and is taken by a new worker.</summary>
    [Theory]
    [InlineData(InstanceState.Pending)]
    [InlineData(InstanceState.Terminated)]
    public async Task Provisioning_LabOfAWorkerBefore_RunsOnceItIsGone(InstanceState state)
    {
        await using var world = await OneHostWorld.StartAsync(WorkerState.Provisioning);
        await world.PutInstanceAsync(state, null);
        world.Host.Put("lab-1", LabTitle.Of("i-1"));
        world.Host.Refuses["lab-1"] = new HostRefusedException("The lab is still stopping.");

        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(WorkerState.Provisioning, world.Worker.State);
        world.Host.Refuses.Clear();
        await world.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal((WorkerState.Running, true), (world.Worker.State, world.Worker.TakesWork));
        Assert.Empty(world.Host.On);
    }

    [Fact]
    public async Task Provisioning_LabThatCannotBeRemoved_FailsWithTheReason()
    {
        await using var world = await OneHostWorld.StartAsync(WorkerState.Provisioning);
        await world.PutInstanceAsync(InstanceState.Terminated, null);
        world.Host.Put("lab-1", LabTitle.Of("i-1"));
        world.Host.Refuses["lab-1"] = new HostRefusedException("A node hangs.");

        await world.PassAsync(TimeSpan.FromHours(1.5));

        Assert.Equal(WorkerState.Failed, world.Worker.State);
        Assert.Contains("lab-1", world.Worker.LastTransition.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("somebody's lab")]
    [InlineData("ccm-i-unknown")]
    public async Task Provisioning_LabOfNobodyKnown_RunsAndLeavesIt(string title)
    {
        await using var world = await OneHostWorld.StartAsync(WorkerState.Provisioning);
        world.Host.Put("lab-1", title);

        await world.SettleAsync();

        Assert.Equal(WorkerState.Running, world.Worker.State);
        Assert.Single(world.Host.On);
        Assert.Empty(world.Host.Acts);
    }

    /// <summary>What was forced to end while the host was silent goes on there.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task BackFromSilence_LabOfAnInstanceThatEnded_TakesWorkOnceItIsGone(int minutes)
    {
        await using var world = await OneHostWorld.StartAsync();
        await world.PutInstanceAsync(InstanceState.Running, new Checkpoint(CheckpointStep.Started, "lab-1"));
        world.Host.Put("lab-1", LabTitle.Of("i-1"));
        world.Host.Silence();
        await world.PassAsync(TimeSpan.FromMinutes(minutes));
        await world.Control.ForceTerminateInstanceAsync(Admin, Operation.New(), "i-1", TestContext.Current.CancellationToken);
        await world.SettleAsync();
        Assert.Equal(InstanceState.Terminated, world.Instance.State);

        world.Host.Refuses["lab-1"] = new HostRefusedException("The lab is still stopping.");
        world.Host.Speak();
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal((WorkerState.Running, null, false), (world.Worker.State, world.Worker.UnreachableSince, world.Worker.TakesWork));
        Assert.Contains("lab-1", world.Worker.Trouble, StringComparison.Ordinal);
        world.Host.Refuses.Clear();
        await world.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal((WorkerState.Running, true), (world.Worker.State, world.Worker.TakesWork));
        Assert.Empty(world.Host.On);
    }
}
