using Ccm.Tests.Api;

namespace Ccm.Tests.Faults;

/// <summary>The answer is lost, and what was asked has been done: it is done once, and the caller learns it.</summary>
[Collection(FaultCollection.Name)]
public sealed class AnswerLostTests
{
    [Fact]
    public async Task Lose_EtcdsAnswerToACommit_IsAppliedOnceAndTold()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan { LossyEtcd = true });
        await LoseAsync(world, replica => replica.EtcdWay!, call => $"\"operationId\":\"{call.OperationId}\"");
    }

    [Fact]
    public async Task Lose_ThePortalsAnswer_IsAppliedOnceAndToldWhenRepeated()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan { LossyDoors = true });
        await LoseAsync(world, replica => replica.DoorWay!, call => $"Idempotency-Key: {call.Key}\r\n");
    }

    /// <summary>Nobody asks the engine; it looks again, and must not do again what it has done.</summary>
    [Fact]
    public async Task Lose_EtcdsAnswersToTheEngine_EachChangeHappensOnce()
    {
        await using var world = await FaultWorld.StartAsync(new WorldPlan { LossyEtcd = true });
        string[] written = ["ccm.lablet.instance.scheduled", "ccm.lablet.instance.instantiating", "\"step\":\"IMPORTED\"", "ccm.lablet.instance.running", "ccm.lablet.instance.terminated", "ccm.worker.provisioning", "/ccm/audit/head"];
        for (var round = 0; round < 2 * written.Length; round++)
        {
            var leader = await world.LeaderAsync();
            world.Mark($"the answer to {leader.Name} writing {written[round % written.Length]} is lost");
            await Task.WhenAny(leader.EtcdWay!.LoseAnswerTo(written[round % written.Length]), FaultWorld.GoOnAsync(1));
            await FaultWorld.GoOnAsync(0.3);
        }
        world.Mark("no more is lost", serves: true);
        await FaultWorld.GoOnAsync(2);

        await world.CheckAsync();
    }

    /// <param name="text">What nothing but the question to be left without an answer has in it.</param>
    private static async Task LoseAsync(FaultWorld world, Func<Replica, LossyProxy> way, Func<Call, string> text)
    {
        for (var round = 0; round < 4; round++)
        {
            var replica = world.Replicas[world.Random.Next(world.Replicas.Length)];
            var reserved = await LoseAsync(world, replica, way(replica), world.Traffic.Reserve(world.Random), text);
            await LoseAsync(world, replica, way(replica), world.Traffic.Cancel(reserved.Told("id")!), text);
            await LoseAsync(world, replica, way(replica), world.Traffic.Publish("lab-of-none", $"1.0.{round}", Answers.LabOf(2, $"none {round}")), text);
        }
        await world.CheckAsync();
    }

    private static async Task<CallRecord> LoseAsync(FaultWorld world, Replica replica, LossyProxy way, Call call, Func<Call, string> text)
    {
        world.Mark($"the answer to {call.Kind} of {replica.Name} is lost");
        var lost = way.LoseAnswerTo(text(call));
        var record = await world.Sender.SendAsync(call, world.Random, replica.Door);
        await lost.OrMissedAsync(record);
        Assert.Equal(Known.Acknowledged, record.Known);
        return record;
    }
}
