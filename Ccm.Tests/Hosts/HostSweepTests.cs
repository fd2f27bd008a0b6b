using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.State;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Hosts;

/// <summary>What the sweep makes of the labs that it finds on a host, and of those that it misses.</summary>
public sealed class HostSweepTests
{
    private const string Other = "lab-2";

    [Fact]
    public async Task Sweep_LabMissingTwice_HasFailed()
    {
        await using var world = await RunningAsync();
        world.Host.On.Clear();

        await world.SweepAsync();
        Assert.Equal(InstanceTarget.Running, world.Instance.Target);
        await world.SweepAsync();
        await world.SettleAsync();

        Assert.Equal((InstanceState.Terminated, Outcome.Failed), (world.Instance.State, world.Instance.Outcome));
    }

    /// <summary>A host that comes up may list its labs late.</summary>
    [Fact]
    public async Task Sweep_LabMissingNowAndThen_RunsOn()
    {
        await using var world = await RunningAsync();
        for (var n = 0; n < 3; n++)
        {
            var lab = world.Host.On[0];
            world.Host.On.Clear();
            await world.SweepAsync();
            world.Host.On.Add(lab);
            await world.SweepAsync();
        }
        await world.SettleAsync();

        Assert.Equal((InstanceState.Running, InstanceTarget.Running), (world.Instance.State, world.Instance.Target));
        Assert.Empty(world.Host.Acts);
    }

    [Fact]
    public async Task Sweep_LabFoundStopped_IsStoppedByIntent()
    {
        await using var world = await RunningAsync();
        world.Host.On[0] = world.Host.On[0] with { State = HostLabState.Stopped };

        await world.SweepAsync();
        await world.SettleAsync();

        Assert.Equal((InstanceState.Stopped, InstanceTarget.Stopped), (world.Instance.State, world.Instance.Target));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sweep_SilentHost_JudgesNothing(bool noted)
    {
        await using var world = await RunningAsync();
        world.Host.Silence();
        if (noted)
            await world.SettleAsync();

        for (var n = 0; n < 3; n++)
            await world.SweepAsync();

        Assert.Equal((InstanceState.Running, InstanceTarget.Running), (world.Instance.State, world.Instance.Target));
        Assert.Empty(world.Host.Acts);
    }

    [Theory]
    [InlineData("somebody's lab")]
    [InlineData("ccm-i-unknown")]
    [InlineData("ccm-")]
    [InlineData("CCM-i-1")]
    public async Task Sweep_LabOfNobodyKnown_IsNeverTouched(string title)
    {
        await using var world = await RunningAsync();
        world.Host.Put(Other, title);

        for (var n = 0; n < 5; n++)
            await world.SweepAsync();

        Assert.Empty(world.Host.Acts);
        Assert.Equal(2, world.Host.On.Count);
    }

    [Fact]
    public async Task Sweep_DuplicateSeenTwice_IsRemovedAndTheRecordedOneStays()
    {
        await using var world = await RunningAsync();
        world.Host.Put(Other, LabTitle.Of("i-1"), HostLabState.DefinedOnCore);

        await world.SweepAsync();
        Assert.Empty(world.Host.Acts);
        await world.SweepAsync();

        Assert.Equal("lab-1", Assert.Single(world.Host.On).Id);
        Assert.DoesNotContain(world.Host.Acts, act => act.EndsWith("lab-1", StringComparison.Ordinal));
    }

    /// <summary>What is removed does not come back: the store is asked first, as its cache may be behind.</summary>
    [Fact]
    public async Task Sweep_DuplicateThatTheStoreSaysIsInUse_Stays()
    {
        await using var world = await RunningAsync();
        world.Host.Put(Other, LabTitle.Of("i-1"));
        await world.CheckpointUnheardAsync(new Checkpoint(CheckpointStep.Started, Other));

        for (var n = 0; n < 3; n++)
            await world.SweepAsync();

        Assert.Empty(world.Host.Acts);
        Assert.Equal(["lab-1", Other], world.Host.On.Select(lab => lab.Id));
    }

    /// <summary>Which lab is in use is in what cannot be read.</summary>
    [Fact]
    public async Task Sweep_InstanceUnreadable_LeavesAllItsLabs()
    {
        await using var world = await RunningAsync();
        world.Host.Put(Other, LabTitle.Of("i-1"));
        await world.DamageAsync(StateKeys.InstanceState("i-1"));

        for (var n = 0; n < 3; n++)
            await world.SweepAsync();

        Assert.Empty(world.Host.Acts);
        Assert.Equal(["lab-1", Other], world.Host.On.Select(lab => lab.Id));
    }

    /// <summary>The sweep is the controller's: what it lets through ends lifecycle and scaling of everything.</summary>
    [Fact]
    public async Task Sweep_WhatItsHostSaysCannotBeRead_GoesOnAndComparesItLater()
    {
        await using var world = await RunningAsync();
        world.Host.Fails = new System.Text.Json.JsonException("/ccm/hosts/static is damaged.");
        await world.SweepAsync();

        world.Host.Speak();
        world.Host.On[0] = world.Host.On[0] with { State = HostLabState.Stopped };
        await world.SweepAsync();

        Assert.Equal(InstanceTarget.Stopped, world.Instance.Target);
    }

    [Fact]
    public async Task Sweep_LeftoverThatRefuses_HoldsUpNoOther()
    {
        await using var world = await RunningAsync();
        world.Host.Put(Other, LabTitle.Of("i-1"));
        world.Host.Put("lab-3", LabTitle.Of("i-1"));
        world.Host.Refuses[Other] = new HostRefusedException("The lab is still stopping.");

        await world.SweepAsync();
        await world.SweepAsync();
        Assert.Equal(["lab-1", Other], world.Host.On.Select(lab => lab.Id));
        world.Host.Refuses.Clear();
        await world.SweepAsync();

        Assert.Equal("lab-1", Assert.Single(world.Host.On).Id);
    }

    [Fact]
    public async Task Sweep_HostsThatHang_HoldUpNoOtherAndAreGivenUp()
    {
        await using var world = await RunningAsync();
        world.Host.On[0] = world.Host.On[0] with { State = HostLabState.Stopped };
        foreach (var id in new[] { "w-2", "w-3", "w-4", "w-5" })
        {
            world.Host.Hangs.Add(id);
            await world.PutWorkerAsync(id);
        }

        var sweep = world.SweepAsync();
        await world.UntilAsync(snapshot => snapshot.Instances["i-1"].Value.Target == InstanceTarget.Stopped);
        Assert.False(sweep.IsCompleted);
        world.Time.Jump(TimeSpan.FromMinutes(1));

        await sweep.OrLate();
    }

    private static async Task<OneHostWorld> RunningAsync()
    {
        var world = await OneHostWorld.StartAsync();
        await world.PutInstanceAsync(InstanceState.Running, new Checkpoint(CheckpointStep.Started, "lab-1"));
        world.Host.Put("lab-1", LabTitle.Of("i-1"));
        return world;
    }
}
