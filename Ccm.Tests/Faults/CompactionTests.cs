namespace Ccm.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class CompactionTests
{
    [Fact]
    public async Task Compact_WhileAReplicaIsAway_ItListsAnewAndMissesNoDeletion()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan { LossyEtcd = true, Settings = ["--Ccm:Retention:Terminated=00:00:01"] });
        await FaultWorld.GoOnAsync(3);
        var leader = await world.LeaderAsync();
        var away = world.Replicas.First(replica => replica != leader);

        world.Mark($"SIGSTOP {away.Name}");
        away.Portal.Pause();
        var known = world.Recorder.Current;
        var after = await world.Recorder.UntilAsync(now => known.Instances.Keys.Any(id => !now.Instances.ContainsKey(id)), "keys of ended instances are removed");
        away.EtcdWay!.Cut();
        await world.Recorder.Store.CompactAsync(after.Revision, TestContext.Current.CancellationToken);
        world.Mark($"compacted at {after.Revision}, SIGCONT {away.Name}", serves: true);
        away.Portal.Resume();
        await FaultWorld.GoOnAsync(3);

        await world.CheckAsync();
        Assert.Contains("listed anew", away.Portal.Log, StringComparison.Ordinal);
    }
}
