using Ccm.Engine.State;
using Ccm.Tests.Faults.Checking;

namespace Ccm.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class LeaderPausedTests
{
    /// <summary>When it goes on, it believes for a moment that it leads; whatever it had decided then must be refused.</summary>
    [Fact]
    public async Task Pause_LeaderPastItsLease_ItsTermIsOver()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan());
        await FaultWorld.GoOnAsync(2);
        var crowd = Enumerable.Range(0, 20).Select(_ => world.Sender.SendAsync(world.Traffic.Reserve(world.Random), new Random(world.Seed))).ToArray();
        await FaultWorld.GoOnAsync(world.Random.NextDouble() * 0.4);

        var leader = await world.LeaderAsync();
        world.Mark($"SIGSTOP {leader.Name}", away: leader, serves: true);
        leader.Portal.Pause();
        await FaultWorld.GoOnAsync(FaultWorld.LeaseTtl.TotalSeconds + 2.5);
        leader.Portal.Resume();
        world.Mark($"SIGCONT {leader.Name}", serves: true);
        await FaultWorld.GoOnAsync(3);

        await Task.WhenAll(crowd);
        await world.CheckAsync();
    }

    /// <summary>
    /// What it has sent arrives when its lease has run out. No other leads yet and nothing was changed meanwhile, so that the fence alone
    /// can refuse it.
    /// </summary>
    [Theory]
    [InlineData("ccm.lablet.instance.scheduled")]
    [InlineData("ccm.lablet.instance.running")]
    public async Task Delay_LeadersWritePastItsLease_IsRefused(string written)
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan { Replicas = 1, LossyEtcd = true });
        await FaultWorld.GoOnAsync(1 + world.Random.NextDouble());
        var leader = await world.LeaderAsync();

        var late = new TaskCompletionSource();
        await leader.EtcdWay!.HoldQuestion(written, late.Task);
        world.Mark($"SIGSTOP {leader.Name}, its {written} on the way");
        leader.Portal.Pause();
        await world.Recorder.UntilAsync(now => now.Leaders.IsEmpty, "nobody leads");
        late.SetResult();
        await FaultWorld.GoOnAsync(0.5);
        leader.Portal.Resume();
        world.Mark($"SIGCONT {leader.Name}", serves: true);
        await FaultWorld.GoOnAsync(2);

        await world.CheckAsync();
    }

    [Fact]
    public async Task Pause_LeaderForHalfItsLeaseAgainAndAgain_ItsTermGoesOn()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan { Settings = ["--Ccm:Leadership:LeaseTtl=00:00:04"] });
        await FaultWorld.GoOnAsync(1);
        var leader = await world.LeaderAsync();

        for (var round = 0; round < 3; round++)
            await PauseAsync(world, leader, 2);
        var terms = Replay.Of(world.Recorder.Batches).Sum(step => step.Puts(StateKeys.SchedulerLeader).Count() + step.Puts(StateKeys.ControllerLeader).Count());
        // This long it may lose its term or keep it.
        await PauseAsync(world, leader, 3.6);

        await world.CheckAsync();
        Assert.Equal(2, terms);
    }

    private static async Task PauseAsync(FaultWorld world, Replica leader, double seconds)
    {
        world.Mark($"SIGSTOP {leader.Name} for {seconds} s of its 4 s");
        leader.Portal.Pause();
        await FaultWorld.GoOnAsync(seconds);
        leader.Portal.Resume();
        await FaultWorld.GoOnAsync(0.5 + world.Random.NextDouble());
    }
}
