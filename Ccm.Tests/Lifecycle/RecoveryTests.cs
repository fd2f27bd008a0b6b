using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.State;
using static Ccm.Engine.Domain.InstanceState;

namespace Ccm.Tests.Lifecycle;

/// <summary>What a leader that died, a host that lost something or a missing key leaves behind is taken up again, and nothing twice.</summary>
public sealed class RecoveryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(ILabBackend.ImportAsync))]
    [InlineData(nameof(ILabBackend.StartAsync))]
    public async Task Instantiate_LeaderDiesBetweenTheActAndItsCheckpoint_SuccessorResumes(string act)
    {
        MortalBackend? labs = null;
        await using var engine = await SteppedEngine.StartAsync(hosts => labs = new MortalBackend(hosts) { DiesAfter = act });
        var worker = await engine.RunningWorkerAsync();
        var id = await engine.ReserveAsync();

        await Assert.ThrowsAsync<LeaderDiedException>(engine.SettleAsync);
        await engine.PassUntilAsync(() => engine.Instance(id).State == Running);

        Assert.Equal(0, engine.Instance(id).FailedAttempts);
        Assert.Equal(engine.Instance(id).Checkpoint!.LabId, Assert.Single(await engine.LabsOnAsync(worker)).Id);
        Assert.Equal(act == nameof(ILabBackend.ImportAsync) ? 1 : 2, labs!.Calls(act));
    }

    [Theory]
    [InlineData(nameof(ILabBackend.StopAsync))]
    [InlineData(nameof(ILabBackend.WipeAsync))]
    [InlineData(nameof(ILabBackend.DeleteAsync))]
    public async Task End_LeaderDiesAfterTheAct_SuccessorEndsIt(string act)
    {
        MortalBackend? labs = null;
        await using var engine = await SteppedEngine.StartAsync(hosts => labs = new MortalBackend(hosts));
        var worker = await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync();
        labs!.DiesAfter = act;
        await engine.Control.CancelInstanceAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled);

        await Assert.ThrowsAsync<LeaderDiedException>(() => engine.PassUntilAsync(() => engine.Instance(id).State == Terminated));
        await engine.PassUntilAsync(() => engine.Instance(id).State == Terminated);

        Assert.Empty(await engine.LabsOnAsync(worker));
        Assert.True(engine.Cache.Current.Workers[worker].IsEmpty);
    }

    [Fact]
    public async Task Import_AnotherLeaderImportedToo_KeepsOneAndRemovesTheOther()
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync();
        await engine.Hosts.ImportAsync(engine.Worker(worker), LabTitle.Of(id), Components.LabText.TwoRouters("twin"), Cancelled);

        await engine.SweepAsync();
        Assert.Equal(2, (await engine.LabsOnAsync(worker)).Length);
        await engine.SweepAsync();

        Assert.Equal(engine.Instance(id).Checkpoint!.LabId, Assert.Single(await engine.LabsOnAsync(worker)).Id);
        Assert.Equal(Running, engine.Instance(id).State);
    }

    [Fact]
    public async Task Sweep_LabOfAnUnknownInstance_IsNeverTouched()
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await engine.RunningWorkerAsync();
        foreach (var title in new[] { LabTitle.Of("i-0000000000000000"), "somebody's own" })
            await engine.Hosts.ImportAsync(engine.Worker(worker), title, Components.LabText.TwoRouters("x"), Cancelled);

        for (var n = 0; n < 3; n++)
            await engine.SweepAsync();

        Assert.Equal(2, (await engine.LabsOnAsync(worker)).Length);
    }

    [Theory]
    [InlineData(Running)]
    [InlineData(Collecting)]
    public async Task Sweep_LabVanishedUnderItsInstance_EndsAsFailed(InstanceState state)
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync();
        if (state == Collecting)
            await engine.Control.CollectAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled);
        await VanishAsync(engine, worker, id);

        await engine.SweepAsync();
        Assert.Equal(state, engine.Instance(id).State);
        await engine.SweepAsync();
        await engine.PassUntilAsync(() => engine.Instance(id).State == Terminated);

        Assert.Equal(Outcome.Failed, engine.Instance(id).Outcome);
        Assert.True(engine.Cache.Current.Workers[worker].IsEmpty);
    }

    [Fact]
    public async Task Instantiate_NeverConverges_FailsAndIsTriedAgainThreeTimesInAll()
    {
        await using var engine = await SteppedEngine.StartAsync(hosts => new MortalBackend(hosts) { NeverConverges = true });
        var worker = await engine.RunningWorkerAsync();
        var id = await engine.ReserveAsync();
        await engine.SettleAsync();

        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal((Instantiating, attempt - 1), (engine.Instance(id).State, engine.Instance(id).FailedAttempts));
            await engine.PassAsync(TimeSpan.FromMinutes(11));
            await engine.PassAsync(TimeSpan.FromMinutes(1));
        }

        Assert.Equal((3, Outcome.Failed), (engine.Instance(id).FailedAttempts, engine.Instance(id).Outcome));
        await engine.PassUntilAsync(() => engine.Instance(id).State == Terminated);
        Assert.Empty(await engine.LabsOnAsync(worker));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_AfterStop_KeepsPortsAndPlace(bool labVanished)
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync();
        var ports = engine.Instance(id).Ports;
        await engine.Control.StopInstanceAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled);
        await engine.PassUntilAsync(() => engine.Instance(id).State == Stopped);
        var slotEnd = engine.Instance(id).TimeslotEnd;
        var others = await engine.RunningInstanceAsync();
        if (labVanished)
            await VanishAsync(engine, worker, id);

        await engine.Control.StartInstanceAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled);
        await engine.PassUntilAsync(() => engine.Instance(id).State == Running);

        Assert.Equal((worker, slotEnd), (engine.Cache.Current.Instances[id].WorkerId, engine.Instance(id).TimeslotEnd));
        Assert.Equal(ports, engine.Instance(id).Ports);
        Assert.Equal(Running, engine.Instance(others).State);
        Assert.Equal(2, (await engine.LabsOnAsync(worker)).Length);
    }

    [Fact]
    public async Task Start_WorkerDrains_IsRefusedAndItsPlaceIsHeldUntilTheSlotEnds()
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync(minutes: 60);
        await engine.Control.StopInstanceAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled);
        await engine.PassUntilAsync(() => engine.Instance(id).State == Stopped);
        await engine.Control.DrainWorkerAsync(SteppedEngine.Admin, Operation.New(), worker, Cancelled);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => engine.Control.StartInstanceAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled));

        Assert.Contains("DRAINING", refused.Message, StringComparison.Ordinal);
        await engine.PassAsync(TimeSpan.FromMinutes(30));
        Assert.Equal((Stopped, WorkerState.Draining), (engine.Instance(id).State, engine.Worker(worker).State));
        await engine.PassAsync(TimeSpan.FromMinutes(30));
        await engine.PassUntilAsync(() => engine.Worker(worker).State == WorkerState.Stopped);
        Assert.Equal(Terminated, engine.Instance(id).State);
    }

    /// <summary>The leader died, or its commit met another one, between giving the host back and saying so.</summary>
    [Theory]
    [InlineData(WorkerState.Stopped)]
    [InlineData(WorkerState.Failed)]
    public async Task Reconcile_HostGivenBackAndNotSaidSo_IsNotLost(WorkerState state)
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await engine.RunningWorkerAsync();
        await engine.Control.StopWorkerAsync(SteppedEngine.Admin, Operation.New(), worker, false, Cancelled);
        await engine.PassUntilAsync(() => engine.Worker(worker).State == WorkerState.Stopped);
        await engine.Store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.WorkerState(worker), DomainJson.Write(engine.Worker(worker) with { State = state, Target = WorkerTarget.Terminated }))] }, Cancelled);
        await engine.Cache.ReachedAsync(engine.Store.Revision, Cancelled);
        await engine.Hosts.TerminateAsync(engine.Worker(worker), Cancelled);

        await engine.SettleAsync();

        Assert.Equal((WorkerState.Terminated, null), (engine.Worker(worker).State, engine.Worker(worker).LostSince));
        Assert.DoesNotContain(EventTypes.WorkerLost, await engine.ToldAsync(Subjects.Worker(worker)));
    }

    [Fact]
    public async Task Reconcile_WorkerGoneWithItsKeys_EndsAsLost()
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync();
        await DeleteAsync(engine, StateKeys.WorkerState(worker), StateKeys.WorkerCapacity(worker), StateKeys.WorkerPorts(worker));

        await engine.SettleAsync();

        Assert.Equal((Terminated, Outcome.WorkerLost), (engine.Instance(id).State, engine.Instance(id).Outcome));
        Assert.Null(engine.Cache.Current.Instances[id].WorkerId);
    }

    /// <summary>Its lab may well be running: what CCM cannot account for it leaves alone, and says which key is missing.</summary>
    [Theory]
    [InlineData("capacity")]
    [InlineData("ports")]
    [InlineData("instance")]
    public async Task Reconcile_OneKeyMissing_NamesItAndChangesNothing(string missing)
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync();
        var key = missing == "instance" ? StateKeys.InstanceWorker(id) : $"/ccm/workers/{worker}/{missing}";
        await DeleteAsync(engine, key);
        var before = engine.Instance(id);

        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => engine.ReconcileAsync(id));

        Assert.Contains(key, failed.Message, StringComparison.Ordinal);
        Assert.Equal(before, engine.Instance(id));
    }

    private static async Task DeleteAsync(SteppedEngine engine, params string[] keys)
    {
        await engine.Store.CommitAsync(new StateTransaction { Deletes = [.. keys] }, Cancelled);
        await engine.Cache.ReachedAsync(engine.Store.Revision, Cancelled);
    }

    /// <summary>As somebody deletes a lab on the host itself.</summary>
    private static Task VanishAsync(SteppedEngine engine, string worker, string id) =>
        DeleteAsync(engine, $"{StateKeys.Simulator}labs/{worker}/{engine.Instance(id).Checkpoint!.LabId}");
}
