using Ccm.Engine.Documents;
using Ccm.Engine.Documents.MongoDb;
using Ccm.Tests.Servers;
using MongoDB.Bson;

namespace Ccm.Tests.Documents;

/// <summary>A server with a lot of events: what takes it long is no reason to take it for one that is away.</summary>
public sealed class MongoSlowTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_QueryIndexesTakeLong_IsAnsweredMeanwhile()
    {
        var built = new TaskCompletionSource();
        await using var server = new ScriptedMongo(async command =>
        {
            if (Index(command) is "subject_sequence" or "type_sequence")
                await built.Task;
            return Answer(command);
        });
        using var documents = new MongoDocuments(server.ConnectionString, 183, TimeProvider.System);
        var making = documents.MakeQueryIndexesAsync(Cancelled);

        Assert.Empty(await new MongoAuditTrail(documents).QueryAsync(new AuditQuery(), Cancelled));

        Assert.False(making.IsCompleted);
        built.SetResult();
        await making.OrLate();
    }

    [Fact]
    public async Task QueryIndexes_OneCannotBeMade_AreTriedAgainInAMinute()
    {
        var asked = 0;
        var made = new TaskCompletionSource();
        await using var server = new ScriptedMongo(command =>
        {
            if (Index(command) == "actor_sequence" && Interlocked.Increment(ref asked) == 1)
                return Task.FromResult(new BsonDocument { { "ok", 0.0 }, { "code", 14031 }, { "codeName", "OutOfDiskSpace" }, { "errmsg", "no space" } });
            if (Index(command) == "time")
                made.SetResult();
            return Task.FromResult(Answer(command));
        });
        using var documents = new MongoDocuments(server.ConnectionString, 183, TimeProvider.System);
        var time = new Watching.TimerLog();
        using var indexes = new MongoQueryIndexes(documents, time, Microsoft.Extensions.Logging.Abstractions.NullLogger<MongoQueryIndexes>.Instance);
        await indexes.StartAsync(Cancelled);

        Assert.Equal(TimeSpan.FromMinutes(1), await time.PassAsync());

        await made.Task.OrLate();
        await indexes.ExecuteTask!.OrLate();
    }

    /// <summary>The server gives up by itself, and the next question is asked as ever.</summary>
    [Fact]
    public async Task Query_TakesTooLong_IsToldSoAndTheServerIsNotAway()
    {
        var allowed = new TaskCompletionSource<int>();
        await using var server = new ScriptedMongo(command =>
        {
            if (!IsSearch(command))
                return Task.FromResult(Answer(command));
            allowed.SetResult(command["maxTimeMS"].ToInt32());
            return Task.FromResult(new BsonDocument { { "ok", 0.0 }, { "code", 50 }, { "codeName", "MaxTimeMSExpired" }, { "errmsg", "operation exceeded time limit" } });
        });
        using var documents = new MongoDocuments(server.ConnectionString, 183, TimeProvider.System);
        var trail = new MongoAuditTrail(documents);

        await Assert.ThrowsAsync<QueryTooSlowException>(() => trail.QueryAsync(new AuditQuery(Text: "x"), Cancelled));

        Assert.Equal(5000, await allowed.Task);
        Assert.Empty(await trail.QueryAsync(new AuditQuery(Subject: "x"), Cancelled));
    }

    private static BsonDocument Answer(BsonDocument command) => ScriptedMongo.IsHello(command) ? ScriptedMongo.Hello()
        : command.Contains("find") ? ScriptedMongo.Ok.Add("cursor", new BsonDocument { { "id", 0L }, { "ns", "ccm.audit_events" }, { "firstBatch", new BsonArray() } })
        : ScriptedMongo.Ok;

    private static string? Index(BsonDocument command) => command.Contains("createIndexes") ? command["indexes"][0]["name"].AsString : null;

    private static bool IsSearch(BsonDocument command) => command.Contains("find") && command["filter"].AsBsonDocument.Contains("$or");
}
