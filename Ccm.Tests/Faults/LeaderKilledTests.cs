namespace Ccm.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class LeaderKilledTests
{
    [Fact]
    public async Task Kill_LeaderInMidWork_AnotherGoesOn()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan());
        await FaultWorld.GoOnAsync(2);
        var crowd = Enumerable.Range(0, 20).Select(_ => world.Sender.SendAsync(world.Traffic.Reserve(world.Random), new Random(world.Seed))).ToArray();
        await FaultWorld.GoOnAsync(world.Random.NextDouble() * 0.4);

        var leader = await world.LeaderAsync();
        world.Mark($"kill -9 {leader.Name}", away: leader, serves: true);
        await leader.Portal.KillAsync();
        await FaultWorld.GoOnAsync(5);
        await leader.Portal.RunAsync();
        world.Mark($"{leader.Name} is back");
        await FaultWorld.GoOnAsync(2);

        await Task.WhenAll(crowd);
        await world.CheckAsync();
    }
}
