using Ccm.Tests.Api;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Faults;

/// <summary>MongoDB goes: nothing is lost and nothing told twice, and no pointer names a document that is not there.</summary>
[Collection(FaultCollection.Name)]
public sealed class MongoOutageTests
{
    [Fact]
    public async Task Kill_MongoUnderLoad_EventsWaitAndArriveOnce()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan());
        await FaultWorld.GoOnAsync(2 + world.Random.NextDouble());

        world.Mark("MongoDB is killed");
        await world.Documents.KillAsync();
        await FaultWorld.GoOnAsync(8);
        await world.Documents.RestartAsync();
        world.Mark("MongoDB is back", serves: true);
        await FaultWorld.GoOnAsync(4);

        await world.CheckAsync();
    }

    /// <summary>The document is written, or is not; nobody knows.</summary>
    [Fact]
    public async Task Lose_MongoBeforeTheStateCommits_IsPublishedOnce()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan { LossyDocuments = true });
        for (var round = 0; round < 4; round++)
        {
            world.Mark("MongoDB is gone once the document has reached it");
            var lost = LoseAsync(world, world.DocumentsWay!.LoseAnswerTo($"not before {round}"));
            var published = await world.Sender.SendAsync(world.Traffic.Publish("lab-of-none", $"1.0.{round}", Answers.LabOf(2, $"not before {round}")), world.Random);
            await lost.OrMissedAsync(published);
            Assert.Equal(Known.Acknowledged, published.Known);
            await BackAsync(world);
        }
        world.Mark("MongoDB is back", serves: true);
        await FaultWorld.GoOnAsync(2);

        await world.CheckAsync();
    }

    /// <summary>The pointer or the instance is committed, its answer lost, and the trail that would tell is away.</summary>
    [Fact]
    public async Task Lose_MongoAfterTheStateCommitted_IsAppliedOnceAndTold()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan { LossyEtcd = true, LossyDocuments = true });
        for (var round = 0; round < 4; round++)
        {
            var replica = world.Replicas[world.Random.Next(world.Replicas.Length)];
            var call = round % 2 == 0 ? world.Traffic.Reserve(world.Random) : world.Traffic.Publish("lab-of-none", $"1.0.{round}", Answers.LabOf(2, $"after {round}"));
            world.Mark($"MongoDB is gone once {call.Kind} is committed by {replica.Name}");
            var lost = LoseAsync(world, replica.EtcdWay!.LoseAnswerTo($"\"operationId\":\"{call.OperationId}\""));
            var record = await world.Sender.SendAsync(call, world.Random, replica.Door);
            await lost.OrMissedAsync(record);
            Assert.Equal(Known.Acknowledged, record.Known);
            await BackAsync(world);
        }
        world.Mark("MongoDB is back", serves: true);
        await FaultWorld.GoOnAsync(2);

        await world.CheckAsync();
    }

    /// <summary>A replica that takes the documents for away still would refuse the next call, and another, of which nothing is lost, would do it.</summary>
    private static async Task BackAsync(FaultWorld world)
    {
        foreach (var replica in world.Replicas)
            await Eventually.HoldsAsync(async () => await world.Sender.AskAsync("/api/v1/audit?limit=1", replica.Door) is not null, $"{replica.Name} reads documents again");
    }

    private static async Task LoseAsync(FaultWorld world, Task when)
    {
        await when;
        world.DocumentsWay!.Down();
        await FaultWorld.GoOnAsync(1.5);
        world.DocumentsWay.Up();
    }
}
