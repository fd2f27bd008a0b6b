using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using static Ccm.Engine.Domain.InstanceState;

namespace Ccm.Tests.Lifecycle;

/// <summary>A worker is emptied: nothing new comes, what runs goes on, and only an admin ends it early.</summary>
public sealed class DrainingTests : IAsyncLifetime
{
    private SteppedEngine _engine = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _engine = await SteppedEngine.StartAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Drain_LabRunning_TakesNothingNewAndStopsAfterItsSlot()
    {
        var worker = await _engine.RunningWorkerAsync();
        var running = await _engine.RunningInstanceAsync(minutes: 60);
        await DrainAsync(worker);
        var waiting = await _engine.ReserveAsync();

        await _engine.PassAsync(TimeSpan.FromMinutes(59));
        Assert.Equal((Running, Pending, WorkerState.Draining), (_engine.Instance(running).State, _engine.Instance(waiting).State, _engine.Worker(worker).State));
        Assert.Equal(HostLabState.Booted, Assert.Single(await _engine.LabsOnAsync(worker)).State);

        await _engine.PassAsync(TimeSpan.FromMinutes(1));
        await _engine.PassUntilAsync(() => _engine.Worker(worker).State == WorkerState.Stopped);

        Assert.Equal((Terminated, Outcome.Completed), (_engine.Instance(running).State, _engine.Instance(running).Outcome));
        Assert.Equal(Pending, _engine.Instance(waiting).State);
        Assert.Null(_engine.Worker(worker).DrainStartedAt);
    }

    [Fact]
    public async Task Drain_PlacedAndNotBegun_GoesBackAndRunsElsewhere()
    {
        var worker = await _engine.RunningWorkerAsync();
        var id = await _engine.ReserveAsync();
        await _engine.PlaceAsync();
        Assert.Equal(Scheduled, _engine.Instance(id).State);

        await DrainAsync(worker);
        await _engine.SettleAsync();
        Assert.Equal(Pending, _engine.Instance(id).State);
        Assert.Empty(_engine.Instance(id).Ports);

        var other = await _engine.RunningWorkerAsync();
        await _engine.PassUntilAsync(() => _engine.Instance(id).State == Running);
        Assert.Equal(other, _engine.Cache.Current.Instances[id].WorkerId);
    }

    [Fact]
    public async Task Drain_Cancelled_TakesWorkAgain()
    {
        var worker = await _engine.RunningWorkerAsync();
        var running = await _engine.RunningInstanceAsync();
        await DrainAsync(worker);
        var waiting = await _engine.ReserveAsync();
        await _engine.PassAsync(TimeSpan.FromMinutes(1));

        await _engine.Control.CancelDrainAsync(SteppedEngine.Admin, Operation.New(), worker, Cancelled);
        await _engine.PassUntilAsync(() => _engine.Instance(waiting).State == Running);

        Assert.Equal((WorkerState.Running, WorkerTarget.Running), (_engine.Worker(worker).State, _engine.Worker(worker).Target));
        Assert.Equal(Running, _engine.Instance(running).State);
    }

    [Fact]
    public async Task Drain_LongerThanAllowed_IsToldOnceAndEndsNothing()
    {
        var worker = await _engine.RunningWorkerAsync();
        var running = await LongRunningAsync();
        var started = _engine.Time.GetUtcNow();
        await DrainAsync(worker);
        Assert.Equal(TimeSpan.FromHours(4), await _engine.ReconcileWorkerAsync(worker));
        await _engine.PassAsync(TimeSpan.FromHours(4) - TimeSpan.FromSeconds(1));
        Assert.Null(_engine.Worker(worker).DrainOverdueSince);

        await _engine.PassAsync(TimeSpan.FromSeconds(1));
        await _engine.PassAsync(TimeSpan.FromHours(1));

        Assert.Equal(started.AddHours(4), _engine.Worker(worker).DrainOverdueSince);
        Assert.Equal((WorkerState.Draining, Running), (_engine.Worker(worker).State, _engine.Instance(running).State));
        Assert.Single(await _engine.ToldAsync(Subjects.Worker(worker)), EventTypes.WorkerDrainOverdue);

        await _engine.Control.CancelDrainAsync(SteppedEngine.Admin, Operation.New(), worker, Cancelled);
        Assert.Null(_engine.Worker(worker).DrainOverdueSince);
    }

    [Fact]
    public async Task Drain_AnewAfterOneWasOverdue_HasItsOwnTime()
    {
        var worker = await _engine.RunningWorkerAsync();
        await LongRunningAsync();
        await DrainAsync(worker);
        await _engine.PassAsync(TimeSpan.FromHours(4));
        await _engine.Control.CancelDrainAsync(SteppedEngine.Admin, Operation.New(), worker, Cancelled);

        await DrainAsync(worker);
        await _engine.PassAsync(TimeSpan.FromHours(3));

        Assert.Null(_engine.Worker(worker).DrainOverdueSince);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Force_RunningOrDraining_EndsLabsProperlyBeforeTheHostStops(bool drained)
    {
        var worker = await _engine.RunningWorkerAsync();
        var (running, stopped) = (await _engine.RunningInstanceAsync(), await _engine.RunningInstanceAsync());
        await _engine.Control.StopInstanceAsync(SteppedEngine.Admin, Operation.New(), stopped, Cancelled);
        await _engine.PassUntilAsync(() => _engine.Instance(stopped).State == Stopped);
        if (drained)
            await DrainAsync(worker);
        await _engine.SettleAsync();

        await ForceAsync(worker);
        await _engine.SettleAsync();
        Assert.Equal((WorkerState.Draining, Stopping), (_engine.Worker(worker).State, _engine.Instance(running).State));
        await _engine.PassUntilAsync(() => _engine.Cache.Current.Workers[worker].IsEmpty && _engine.Worker(worker).State == WorkerState.Stopping);
        await _engine.PassUntilAsync(() => _engine.Worker(worker).State == WorkerState.Stopped);

        Assert.All([running, stopped], id => Assert.Equal((Terminated, Outcome.Cancelled), (_engine.Instance(id).State, _engine.Instance(id).Outcome)));
        Assert.Equal(["stopping", "stopped", "archived", "terminated"], (await _engine.ToldAsync(Subjects.Instance(running))).TakeLast(4).Select(type => type.Split('.')[^1]));
        Assert.Equal((false, WorkerTarget.Stopped), (_engine.Worker(worker).Forced, _engine.Worker(worker).Target));
        Assert.Empty((await _engine.Store.ListAsync($"/ccm/simulator/labs/{worker}/", 0, Cancelled)).Entries);
    }

    [Fact]
    public async Task Force_WhileLabsAreBroughtUp_EndsThoseAndPlacesTheRestElsewhere()
    {
        var worker = await _engine.RunningWorkerAsync();
        var begun = await _engine.ReserveAsync();
        await _engine.SettleAsync();
        Assert.Equal(Instantiating, _engine.Instance(begun).State);
        var placed = await _engine.ReserveAsync();
        await _engine.PlaceAsync();

        await DrainAsync(worker);
        await ForceAsync(worker);
        await _engine.PassUntilAsync(() => _engine.Worker(worker).State == WorkerState.Stopped);

        Assert.Equal((Terminated, Outcome.Cancelled), (_engine.Instance(begun).State, _engine.Instance(begun).Outcome));
        Assert.Equal((Pending, InstanceTarget.Running), (_engine.Instance(placed).State, _engine.Instance(placed).Target));
    }

    [Fact]
    public async Task Force_ThenCancelledAndDrainedAnew_EndsNothingMore()
    {
        var worker = await _engine.RunningWorkerAsync();
        var first = await _engine.RunningInstanceAsync();
        await DrainAsync(worker);
        await ForceAsync(worker);
        await _engine.SettleAsync();
        await _engine.Control.CancelDrainAsync(SteppedEngine.Admin, Operation.New(), worker, Cancelled);
        await _engine.PassUntilAsync(() => _engine.Instance(first).State == Terminated);
        var second = await _engine.RunningInstanceAsync();

        await DrainAsync(worker);
        await _engine.PassAsync(TimeSpan.FromMinutes(30));

        Assert.Equal((Running, InstanceTarget.Running), (_engine.Instance(second).State, _engine.Instance(second).Target));
    }

    [Fact]
    public async Task Force_WorkerThatIsToBeGivenBack_IsGivenBackAllTheSame()
    {
        var worker = await _engine.RunningWorkerAsync();
        await _engine.RunningInstanceAsync();
        await _engine.Control.TerminateWorkerAsync(SteppedEngine.Admin, Operation.New(), worker, Cancelled);
        await _engine.SettleAsync();
        Assert.Equal(WorkerState.Draining, _engine.Worker(worker).State);

        await ForceAsync(worker);
        await _engine.PassUntilAsync(() => _engine.Worker(worker).State == WorkerState.Terminated);
    }

    [Fact]
    public async Task Force_AsOperator_IsForbiddenAndWithoutForceRefused()
    {
        var worker = await _engine.RunningWorkerAsync();
        await _engine.RunningInstanceAsync();
        var actor = new Actor("operator", "Operator", [Role.Operator]);

        Assert.Equal(RefusalKind.Forbidden, (await Assert.ThrowsAsync<RefusedException>(() => _engine.Control.StopWorkerAsync(actor, Operation.New(), worker, force: true, Cancelled))).Kind);
        Assert.Equal(RefusalKind.Conflict, (await Assert.ThrowsAsync<RefusedException>(() => _engine.Control.StopWorkerAsync(actor, Operation.New(), worker, force: false, Cancelled))).Kind);
    }

    /// <summary>For longer than a drain may take.</summary>
    private async Task<string> LongRunningAsync()
    {
        await _engine.Control.PublishAsync(SteppedEngine.Admin, Operation.New(),
            new PublishRequest { Name = "long", Version = "1.0.0", LabYaml = Components.LabText.TwoRouters("long"), MaxDurationMinutes = 1440 }, Cancelled);
        var id = (await _engine.Control.ReserveAsync(SteppedEngine.Admin, Operation.New(), new ReserveRequest("long"), Cancelled)).Id;
        await _engine.PassUntilAsync(() => _engine.Instance(id).State == Running);
        return id;
    }

    private Task<Worker> DrainAsync(string worker) => _engine.Control.DrainWorkerAsync(SteppedEngine.Admin, Operation.New(), worker, Cancelled);

    private Task<Worker> ForceAsync(string worker) => _engine.Control.StopWorkerAsync(SteppedEngine.Admin, Operation.New(), worker, force: true, Cancelled);
}
