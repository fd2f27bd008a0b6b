namespace Ccm.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class EtcdMembersTests
{
    [Fact]
    public async Task Kill_OneMemberThenItsFellow_GoesOnAndThenFailsClosed()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan { ThreeMembers = true });
        await FaultWorld.GoOnAsync(2);
        var (one, two) = (world.Random.Next(3), 1 + world.Random.Next(2));
        var (lost, fellow) = (world.Etcd[one], world.Etcd[(one + two) % 3]);

        world.Mark($"kill -9 member {one} of three", serves: true);
        await lost.KillAsync();
        await FaultWorld.GoOnAsync(5);
        world.Mark("kill -9 another: no quorum");
        await fellow.KillAsync();
        await FaultWorld.GoOnAsync(4);
        await Task.WhenAll(lost.RestartAsync(), fellow.RestartAsync());
        world.Mark("both are back", serves: true);
        await FaultWorld.GoOnAsync(4);

        await world.CheckAsync();
    }
}
