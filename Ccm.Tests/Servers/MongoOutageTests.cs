using MongoDB.Driver;

namespace Ccm.Tests.Servers;

/// <summary>What a test can make a server of its own do.</summary>
public sealed class MongoOutageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TtlIndex_WhenTheServerLooks_DeletesTheOldAlone()
    {
        await using var server = await MongoServer.StartAsync();
        using var client = new MongoClient(server.ConnectionString);
        var things = client.GetDatabase("test").GetCollection<Thing>("things");
        await things.Indexes.CreateOneAsync(new CreateIndexModel<Thing>(Builders<Thing>.IndexKeys.Ascending(thing => thing.At), new CreateIndexOptions { ExpireAfter = TimeSpan.FromDays(1) }), cancellationToken: Cancellation);
        await things.InsertManyAsync([new Thing("old", 1), new Thing("new", 2) { At = TimeProvider.System.GetUtcNow().UtcDateTime }], cancellationToken: Cancellation);

        await server.ExpireAsync();
        await Task.Run(async () =>
        {
            // Until mongod, which looks by itself, has done so.
            while (await things.CountDocumentsAsync(FilterDefinition<Thing>.Empty, cancellationToken: Cancellation) == 2)
                Cancellation.ThrowIfCancellationRequested();
        }, Cancellation).OrLate();

        Assert.Equal("new", (await things.Find(FilterDefinition<Thing>.Empty).SingleAsync(Cancellation)).Id);
    }

    [Fact]
    public async Task Server_KilledAndStartedAgain_HasWhatItAcknowledged()
    {
        await using var server = await MongoServer.StartAsync();
        var settings = MongoClientSettings.FromConnectionString(server.ConnectionString);
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(1);
        using var client = new MongoClient(settings);
        var things = client.GetDatabase("test").GetCollection<Thing>("things");
        await things.InsertOneAsync(new Thing("a", 1), cancellationToken: Cancellation);

        await server.KillAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => things.InsertOneAsync(new Thing("b", 2), cancellationToken: Cancellation));
        await server.RestartAsync();

        Assert.Equal("a", (await things.Find(FilterDefinition<Thing>.Empty).SingleAsync(Cancellation)).Id);
    }

    [Fact]
    public async Task Server_Paused_AnswersAfterwards()
    {
        await using var server = await MongoServer.StartAsync();
        using var client = new MongoClient(server.ConnectionString);
        var things = client.GetDatabase("test").GetCollection<Thing>("things");
        await things.InsertOneAsync(new Thing("a", 1), cancellationToken: Cancellation);

        await server.PauseAsync();
        var insert = things.InsertOneAsync(new Thing("b", 2), cancellationToken: Cancellation);
        Assert.False(insert.IsCompleted);
        await server.ResumeAsync();
        await insert.OrLate();

        Assert.Equal(2, await things.CountDocumentsAsync(FilterDefinition<Thing>.Empty, cancellationToken: Cancellation));
    }
}
