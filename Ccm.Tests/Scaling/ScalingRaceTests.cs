using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Scaling;
using Ccm.Tests.Lifecycle;
using Ccm.Tests.Scheduling;

namespace Ccm.Tests.Scaling;

/// <summary>What happens between a decision about the fleet and its commit makes it void.</summary>
public sealed class ScalingRaceTests
{
    private static readonly ScalingOptions Options = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stop_LabPlacedMeanwhile_WorkerRunsOn()
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await engine.RunningWorkerAsync();
        await engine.PassAsync(Options.IdleCooldown);
        var lab = "";

        await engine.ScaleAsync(new InterruptedStore(engine.Store, async () =>
        {
            lab = await engine.ReserveAsync();
            await engine.PlaceAsync();
        }));

        Assert.Equal((WorkerState.Running, WorkerTarget.Running), (engine.Worker(worker).State, engine.Worker(worker).Target));
        Assert.Equal(worker, engine.Cache.Current.Instances[lab].WorkerId);
    }

    [Fact]
    public async Task Stop_NothingMeanwhile_TakesNoWorkFromThenOn()
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await engine.RunningWorkerAsync();
        await engine.PassAsync(Options.IdleCooldown);

        await engine.ScaleAsync();
        var lab = await engine.ReserveAsync();
        await engine.PlaceAsync();

        Assert.Equal((WorkerState.Running, WorkerTarget.Stopped), (engine.Worker(worker).State, engine.Worker(worker).Target));
        Assert.Null(engine.Cache.Current.Instances[lab].WorkerId);
    }

    [Fact]
    public async Task Terminate_StartedByAPersonMeanwhile_IsStarted()
    {
        await using var engine = await SteppedEngine.StartAsync();
        string[] workers = [await engine.RunningWorkerAsync(), await engine.RunningWorkerAsync()];
        foreach (var worker in workers)
            await engine.Control.StopWorkerAsync(SteppedEngine.Admin, Operation.New(), worker, false, Cancelled);
        await engine.PassUntilAsync(() => workers.All(worker => engine.Worker(worker).State == WorkerState.Stopped));
        await engine.PassAsync(Options.StoppedLimit);

        await engine.ScaleAsync(new InterruptedStore(engine.Store, async () =>
        {
            foreach (var worker in workers)
                await engine.Control.StartWorkerAsync(SteppedEngine.Admin, Operation.New(), worker, Cancelled);
        }));

        Assert.All(workers, worker => Assert.Equal(WorkerTarget.Running, engine.Worker(worker).Target));
    }

    [Fact]
    public async Task Create_WorkerAddedByAPersonMeanwhile_OrdersNoSecond()
    {
        await using var engine = await SteppedEngine.StartAsync();
        await engine.ReserveAsync();

        await engine.ScaleAsync(new InterruptedStore(engine.Store, async () =>
            await engine.Control.CreateWorkerAsync(SteppedEngine.Admin, Operation.New(), "metal", "For the test.", null, null, Cancelled)));
        await engine.ScaleAsync();

        Assert.Single(engine.Cache.Current.Workers);
    }

    [Fact]
    public async Task Create_SeveralInOnePass_OrdersAll()
    {
        await using var engine = await SteppedEngine.StartAsync();
        var template = Assert.Single(await engine.Control.ReadTemplatesAsync(Cancelled));
        await engine.Control.UpdateTemplateAsync(SteppedEngine.Admin, Operation.New(), template with { MinWorkers = 3 }, Cancelled);

        await engine.ScaleAsync();

        Assert.Equal(3, engine.Cache.Current.Workers.Count);
    }
}
