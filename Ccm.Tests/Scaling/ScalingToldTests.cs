using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Scaling;
using Ccm.Engine.State;
using Ccm.Tests.Lifecycle;
using Ccm.Tests.Scheduling;

namespace Ccm.Tests.Scaling;

/// <summary>A refusal to grow or shrink is told once for each time that it begins, whoever leads.</summary>
public sealed class ScalingToldTests
{
    private static readonly ScalingOptions Options = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refusal_ComesBackAfterItsCauseEnded_IsToldAgain()
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await KeptWorkerAsync(engine);
        var loop = engine.NewScaling(engine.Control);
        await loop.PassAsync(engine.Term);
        await loop.PassAsync(engine.Term);
        Assert.Equal(1, await ToldAsync(engine, worker));

        var lab = await engine.RunningInstanceAsync(minutes: 20);
        await loop.PassAsync(engine.Term);
        await engine.PassAsync(TimeSpan.FromMinutes(20));
        await engine.PassUntilAsync(() => engine.Instance(lab).State == InstanceState.Terminated);
        await engine.PassAsync(Options.IdleCooldown);
        await loop.PassAsync(engine.Term);
        await loop.PassAsync(engine.Term);

        Assert.Equal(2, await ToldAsync(engine, worker));
    }

    [Fact]
    public async Task Refusal_InANewTerm_IsToldAgain()
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await KeptWorkerAsync(engine);
        var loop = engine.NewScaling(engine.Control);
        await loop.PassAsync(engine.Term);

        var leader = Assert.IsType<CommitResult.Committed>(await engine.Store.CommitAsync(new StateTransaction { Puts = [new StatePut("/ccm/test/leader", "{}"u8.ToArray())] }, Cancelled));
        await loop.PassAsync(engine.Term with { Fence = new StateGuard.Created("/ccm/test/leader", leader.Revision) });

        Assert.Equal(2, await ToldAsync(engine, worker));
    }

    /// <summary>The answer was lost and the event stands: it is looked for before it is told again.</summary>
    [Fact]
    public async Task Refusal_AnswerLost_IsToldOnce()
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await KeptWorkerAsync(engine);
        using var control = engine.NewReplica(engine.Cache, new LostAnswer(engine.Store));
        var loop = engine.NewScaling(control);

        for (var pass = 0; pass < 3; pass++)
            await Record.ExceptionAsync(() => loop.PassAsync(engine.Term));

        Assert.Equal(1, await ToldAsync(engine, worker));
    }

    /// <summary>A pass that orders leaves off before it has looked at all, so that it cannot tell what has ended.</summary>
    [Fact]
    public async Task Refusal_WhileAnotherWorkerIsOrdered_IsNotToldAgain()
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await KeptWorkerAsync(engine);
        var loop = engine.NewScaling(engine.Control);
        await loop.PassAsync(engine.Term);

        await MinimumAsync(engine, 2);
        await loop.PassAsync(engine.Term);
        Assert.Equal(2, engine.Cache.Current.Workers.Count);
        await MinimumAsync(engine, 1);
        foreach (var second in engine.Cache.Current.Workers.Keys.Where(id => id != worker))
            await engine.Control.TerminateWorkerAsync(SteppedEngine.Admin, Operation.New(), second, Cancelled);
        await engine.SettleAsync();
        await loop.PassAsync(engine.Term);

        Assert.Equal(1, await ToldAsync(engine, worker));
    }

    /// <summary>An idle one that the minimum keeps.</summary>
    private static async Task<string> KeptWorkerAsync(SteppedEngine engine)
    {
        await MinimumAsync(engine, 1);
        var worker = await engine.RunningWorkerAsync();
        await engine.PassAsync(Options.IdleCooldown);
        return worker;
    }

    private static async Task MinimumAsync(SteppedEngine engine, int workers)
    {
        var template = Assert.Single(await engine.Control.ReadTemplatesAsync(Cancelled));
        await engine.Control.UpdateTemplateAsync(SteppedEngine.Admin, Operation.New(), template with { MinWorkers = workers }, Cancelled);
    }

    private static async Task<int> ToldAsync(SteppedEngine engine, string worker) =>
        (await engine.ToldAsync(Subjects.Worker(worker))).Count(type => type == EventTypes.ScalingDownSkipped);

    /// <summary>Its first commit stands, and nobody hears so.</summary>
    private sealed class LostAnswer(IStateStore inner) : StoreDecorator(inner)
    {
        private bool _lost;

        public override async Task<CommitResult> CommitAsync(StateTransaction transaction, CancellationToken cancellationToken)
        {
            var result = await base.CommitAsync(transaction, cancellationToken);
            if (_lost)
                return result;
            _lost = true;
            return new CommitResult.Unknown("no answer");
        }
    }
}
