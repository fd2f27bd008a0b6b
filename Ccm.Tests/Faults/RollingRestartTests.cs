namespace Ccm.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class RollingRestartTests
{
    [Fact]
    public async Task Restart_EachReplicaInTurn_NoRequestFailsBeyondRetries()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan());
        await FaultWorld.GoOnAsync(1);

        foreach (var replica in world.Replicas)
        {
            world.Mark($"SIGTERM {replica.Name}", away: replica, serves: true);
            await replica.Portal.StopAsync();
            await replica.Portal.RunAsync();
            world.Mark($"{replica.Name} is back");
            await FaultWorld.GoOnAsync(2);
        }

        await world.CheckAsync();
    }
}
