using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;

namespace Ccm.Tests.Lifecycle;

/// <summary>What cannot be read is left alone, people are told why, and put right it goes on.</summary>
public sealed class UnreadableInstanceTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stop_InstanceUnreadable_IsRefusedAndNamesTheKey()
    {
        await using var engine = await SteppedEngine.StartAsync();
        await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync();
        var good = await DamageAsync(engine, StateKeys.InstanceState(id));
        var damaged = engine.Store.Revision;

        var refused = await Assert.ThrowsAsync<RefusedException>(() => engine.Control.StopInstanceAsync(SteppedEngine.Admin, Operation.New(), id, Cancelled));

        Assert.Equal(RefusalKind.Unavailable, refused.Kind);
        Assert.StartsWith($"The value of {StateKeys.InstanceState(id)} cannot be read since revision {damaged}: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"--rev={damaged - 1} ", refused.Message, StringComparison.Ordinal);
        Assert.Equal(refused.Message, PlacementExplainer.Explain(engine.Cache.Current, engine.Cache.Current.Instances[id], [], engine.Time.GetUtcNow(), new PlanningTimes(TimeSpan.FromMinutes(5), 60)).Summary);

        // Past the end of its slot nothing of it is touched; put right, it ends as it should have.
        engine.Time.Jump(TimeSpan.FromHours(2));
        Assert.Null(await engine.ReconcileAsync(id));
        Assert.Equal(damaged, engine.Store.Revision);
        await PutAsync(engine, StateKeys.InstanceState(id), good);
        await engine.PassUntilAsync(() => engine.Instance(id).State == InstanceState.Terminated);
        Assert.Equal(Outcome.Completed, engine.Instance(id).Outcome);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("capacity")]
    [InlineData("ports")]
    public async Task Reconcile_WorkerUnreadable_LeavesItAndItsLabsGoOnOncePutRight(string part)
    {
        await using var engine = await SteppedEngine.StartAsync();
        var worker = await engine.RunningWorkerAsync();
        var id = await engine.RunningInstanceAsync();
        var key = $"/ccm/workers/{worker}/{part}";
        var good = await DamageAsync(engine, key);

        Assert.Null(await engine.ReconcileWorkerAsync(worker));
        Assert.Equal(key, engine.Cache.Current.Workers[worker].Unreadable?.Key);

        // What it holds there can be given back while capacity and ports can be read; else it ends as far as that and is left alone.
        engine.Time.Jump(TimeSpan.FromHours(2));
        await engine.PassUntilAsync(() => engine.Instance(id).State == (part == "state" ? InstanceState.Terminated : InstanceState.Archived));
        Assert.Null(await engine.ReconcileAsync(id));
        Assert.Equal(part == "state" ? 0 : 1, (await engine.LabsOnAsync(worker)).Length);

        await PutAsync(engine, key, good);
        await engine.PassUntilAsync(() => engine.Instance(id).State == InstanceState.Terminated);
        Assert.True(engine.Cache.Current.Workers[worker].IsEmpty);
    }

    /// <returns>What was there.</returns>
    private static async Task<ReadOnlyMemory<byte>> DamageAsync(SteppedEngine engine, string key)
    {
        var good = (await engine.Store.GetAsync(key, Cancelled))!.Value;
        await PutAsync(engine, key, "{\"not\": this"u8.ToArray());
        return good;
    }

    private static async Task PutAsync(SteppedEngine engine, string key, ReadOnlyMemory<byte> value)
    {
        await engine.Store.CommitAsync(new StateTransaction { Puts = [new StatePut(key, value)] }, Cancelled);
        await engine.Cache.ReachedAsync(engine.Store.Revision, Cancelled);
    }
}
