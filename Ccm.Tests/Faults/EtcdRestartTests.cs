namespace Ccm.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class EtcdRestartTests
{
    [Fact]
    public async Task Kill_EtcdUnderLoad_NothingAcknowledgedIsLost()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan());

        for (var round = 0; round < 2; round++)
        {
            await FaultWorld.GoOnAsync(1 + world.Random.NextDouble());
            world.Mark("kill -9 etcd");
            await world.Etcd[0].KillAsync();
            await FaultWorld.GoOnAsync(1.5);
            await world.Etcd[0].RestartAsync();
            world.Mark("etcd is back", serves: true);
            await world.ServedAsync();
            await FaultWorld.GoOnAsync(1);
        }

        await world.CheckAsync();
    }
}
