namespace Ccm.Tests.Faults;

[Collection(FaultCollection.Name)]
public sealed class NoFaultTests
{
    [Fact]
    public async Task Traffic_Alone_KeepsEveryInvariant()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan());

        await FaultWorld.GoOnAsync(8);

        await world.CheckAsync();
    }
}
