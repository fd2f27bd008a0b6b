using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;

namespace Ccm.Tests.Hosts;

/// <summary>What a host's silence, its return and its end do to the worker and to what runs on it.</summary>
public sealed class HostFaultTests
{
    private static readonly Checkpoint Started = new(CheckpointStep.Started, "lab-1");
    private static readonly Actor Admin = new("admin", "Admin", [Role.Admin]);

    [Fact]
    public async Task Silent_ForAMoment_TakesNoNewWorkAndLeavesLabsAlone()
    {
        await using var world = await RunningAsync();

        world.Host.Silence();
        await world.PassAsync(TimeSpan.FromMinutes(4));

        Assert.Equal((WorkerState.Running, false, "No route to host."), (world.Worker.State, world.Worker.TakesWork, world.Worker.Trouble));
        Assert.Equal((InstanceState.Running, InstanceTarget.Running), (world.Instance.State, world.Instance.Target));
        Assert.Equal([EventTypes.WorkerUnreachable], await world.EventsAsync());

        world.Host.Speak();
        await world.SettleAsync();

        Assert.Equal((WorkerState.Running, true, null), (world.Worker.State, world.Worker.TakesWork, world.Worker.Trouble));
        Assert.Equal([EventTypes.WorkerUnreachable, EventTypes.WorkerReachable], await world.EventsAsync());
        Assert.Empty(world.Host.Acts);
    }

    /// <summary>It failed in the state that it goes back to.</summary>
    [Theory]
    [InlineData(WorkerState.Running)]
    [InlineData(WorkerState.Draining)]
    public async Task Silent_ForFiveMinutesAndBack_FailsAndIsAsBefore(WorkerState before)
    {
        await using var world = await RunningAsync(before);

        world.Host.Silence();
        await world.PassAsync(TimeSpan.FromMinutes(6));

        Assert.Equal((WorkerState.Failed, before), (world.Worker.State, world.Worker.FailedFrom));
        Assert.Contains("No route to host.", world.Worker.LastTransition.Reason, StringComparison.Ordinal);
        Assert.Equal((InstanceState.Running, null), (world.Instance.State, world.Instance.Outcome));

        world.Host.Speak();
        await world.SettleAsync();

        Assert.Equal((before, null, null), (world.Worker.State, world.Worker.FailedFrom, world.Worker.UnreachableSince));
        Assert.Equal(InstanceState.Running, world.Instance.State);
        Assert.Empty(world.Host.Acts);
    }

    /// <summary>Else it would be unreachable and reachable in turn, and never fail.</summary>
    [Fact]
    public async Task Booting_WhileItShouldRun_IsToldOnceAndFailsInTheEnd()
    {
        await using var world = await RunningAsync();

        world.Host.Is = new HostDescription(HostPhase.Booting, "10.0.0.1", null);
        await world.PassAsync(TimeSpan.FromMinutes(4));
        Assert.Equal([EventTypes.WorkerUnreachable], await world.EventsAsync());
        await world.PassAsync(TimeSpan.FromMinutes(4));

        Assert.Equal([EventTypes.WorkerUnreachable, EventTypes.Of(WorkerState.Failed), EventTypes.WorkerReachable], await world.EventsAsync());
        Assert.Equal((WorkerState.Failed, InstanceState.Running), (world.Worker.State, world.Instance.State));
    }

    /// <summary>A host that will never answer again must not keep a worker that is to go.</summary>
    [Fact]
    public async Task Silent_EmptyAndAskedToGo_Ends()
    {
        await using var world = await OneHostWorld.StartAsync();
        world.Host.Silence();
        await world.PassAsync(TimeSpan.FromMinutes(6));
        await world.Control.TerminateWorkerAsync(Admin, Operation.New(), "w-1", CancellationToken.None);
        await world.SettleAsync();
        Assert.Equal(WorkerState.Failed, world.Worker.State);

        world.Host.ProviderAnswers = true;
        await world.SettleAsync();

        Assert.Equal(WorkerState.Terminated, world.Worker.State);
    }

    /// <summary>The leader may have ordered it and died before it could say so.</summary>
    [Fact]
    public async Task Pending_Cancelled_GivesBackWhatMayHaveBeenOrdered()
    {
        await using var world = await OneHostWorld.StartAsync(WorkerState.Pending);

        await world.Control.TerminateWorkerAsync(Admin, Operation.New(), "w-1", CancellationToken.None);
        await world.SettleAsync();

        Assert.Equal(WorkerState.Terminated, world.Worker.State);
        Assert.Equal(["terminate"], world.Host.Acts);
    }

    [Theory]
    [InlineData(InstanceState.Scheduled, false)]
    [InlineData(InstanceState.Instantiating, true)]
    public async Task Silent_WhileALabIsBrought_CountsAsNoFailedAttempt(InstanceState state, bool begun)
    {
        await using var world = await OneHostWorld.StartAsync();
        await world.PutInstanceAsync(state, begun ? new Checkpoint(CheckpointStep.Begun, null) : null);

        world.Host.Silence();
        await world.PassAsync(TimeSpan.FromMinutes(2));

        Assert.Equal((state, 0), (world.Instance.State, world.Instance.FailedAttempts));
    }

    [Fact]
    public async Task ConfirmedGone_EndsItsInstancesFirstAndThenTheWorker()
    {
        await using var world = await RunningAsync();

        world.Host.Is = null;
        await world.SettleAsync();

        Assert.Equal((InstanceState.Terminated, Outcome.WorkerLost), (world.Instance.State, world.Instance.Outcome));
        Assert.Equal(WorkerState.Terminated, world.Worker.State);
        var events = await world.EventsAsync();
        Assert.Equal(EventTypes.WorkerLost, events[0]);
        Assert.True(events.IndexOf(EventTypes.Of(InstanceState.Terminated)) < events.IndexOf(EventTypes.Of(WorkerState.Terminated)), string.Join(", ", events));
        Assert.Equal(["terminate"], world.Host.Acts);
    }

    /// <summary>The silence alone says nothing about the host, however long it lasts.</summary>
    [Fact]
    public async Task Silent_ForADay_IsLostOnlyOnceAnAdminSaysSo()
    {
        await using var world = await RunningAsync();
        world.Host.Silence();
        await world.PassAsync(TimeSpan.FromMinutes(6));
        world.Time.Jump(TimeSpan.FromMinutes(30));
        await world.SettleAsync();
        Assert.Equal((WorkerState.Failed, InstanceState.Running), (world.Worker.State, world.Instance.State));

        await world.Control.DeclareLostAsync(Admin, Operation.New(), "w-1", TestContext.Current.CancellationToken);
        await world.SettleAsync();

        Assert.Equal((InstanceState.Terminated, Outcome.WorkerLost), (world.Instance.State, world.Instance.Outcome));
        Assert.Equal(WorkerState.Terminated, world.Worker.State);
    }

    [Fact]
    public async Task Created_ProviderHasNoHost_StaysPendingAndSaysWhyOnce()
    {
        await using var world = await OneHostWorld.StartAsync(WorkerState.Pending);

        world.Host.Fails = new HostRefusedException("Every host is taken.");
        await world.PassAsync(TimeSpan.FromMinutes(10));

        Assert.Equal((WorkerState.Pending, "Every host is taken.", false), (world.Worker.State, world.Worker.Trouble, world.Worker.IsComing));
        Assert.Equal([EventTypes.WorkerTroubleChanged], await world.EventsAsync());

        world.Host.Speak();
        await world.SettleAsync();

        Assert.Equal((WorkerState.Running, null), (world.Worker.State, world.Worker.Trouble));
    }

    [Fact]
    public async Task Ready_WithLessThanDeclared_NeverRunsAndFailsWithTheReason()
    {
        await using var world = await OneHostWorld.StartAsync(WorkerState.Provisioning);

        world.Host.Is = new HostDescription(HostPhase.Ready, "10.0.0.1", "It has 8 GB of memory.");
        await world.SettleAsync();
        Assert.Equal((WorkerState.Provisioning, "It has 8 GB of memory."), (world.Worker.State, world.Worker.Trouble));
        await world.PassAsync(TimeSpan.FromHours(1));

        Assert.Equal((WorkerState.Failed, "It has 8 GB of memory."), (world.Worker.State, world.Worker.LastTransition.Reason));
        Assert.Equal([EventTypes.WorkerTroubleChanged, EventTypes.Of(WorkerState.Failed)], await world.EventsAsync());

        world.Host.Speak();
        await world.PassAsync(TimeSpan.FromMinutes(2));

        Assert.Equal((WorkerState.Running, null), (world.Worker.State, world.Worker.Trouble));
    }

    [Fact]
    public async Task Running_ThatLosesItsLicence_TakesNoNewWorkAndKeepsWhatRuns()
    {
        await using var world = await RunningAsync();

        world.Host.Is = new HostDescription(HostPhase.Ready, "10.0.0.1", "Its licence is not in order.");
        await world.PassAsync(TimeSpan.FromMinutes(10));

        Assert.Equal((WorkerState.Running, false), (world.Worker.State, world.Worker.TakesWork));
        Assert.Equal(InstanceState.Running, world.Instance.State);
        Assert.Equal([EventTypes.WorkerTroubleChanged], await world.EventsAsync());
    }

    /// <summary>A recorded lab is looked for before it is used again.</summary>
    [Fact]
    public async Task Starting_LabThatVanishes_IsImportedAnewAtTheNextAttempt()
    {
        await using var world = await OneHostWorld.StartAsync();
        await world.Control.PublishAsync(Admin, Operation.New(), new PublishRequest { Name = "ospf", Version = "1.0.0", LabYaml = Components.LabText.TwoRouters("ospf") }, TestContext.Current.CancellationToken);
        await world.PutInstanceAsync(InstanceState.Instantiating, Started, instance => instance with
        {
            Request = instance.Request with { PortNames = ["r1_serial", "r2_serial"] },
            Ports = instance.Ports.Clear().Add("r1_serial", 2000).Add("r2_serial", 2001),
        });

        await world.SettleAsync();
        Assert.Equal(1, world.Instance.FailedAttempts);
        await world.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(InstanceState.Running, world.Instance.State);
        Assert.Equal(world.Instance.Checkpoint!.LabId, Assert.Single(world.Host.On).Id);
    }

    private static async Task<OneHostWorld> RunningAsync(WorkerState worker = WorkerState.Running)
    {
        var world = await OneHostWorld.StartAsync(worker);
        await world.PutInstanceAsync(InstanceState.Running, Started);
        world.Host.Put("lab-1", LabTitle.Of("i-1"));
        return world;
    }
}
