using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Driver;
using MongoDB.Driver.Linq;

namespace Ccm.Tests.Servers;

/// <summary>That MongoDB's own driver can work with the server of the tests, whichever it is.</summary>
public sealed class MongoServerTests(SharedMongo mongo)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Documents_InsertedChangedAndDeleted_AreFoundByTypedFilters()
    {
        var things = await OpenAsync();
        await things.InsertManyAsync([new Thing("a", 1), new Thing("b", 2, ["x", "y"]), new Thing("c", 3)], cancellationToken: Cancellation);

        var updated = await things.UpdateOneAsync(thing => thing.Id == "a", Builders<Thing>.Update.Set(thing => thing.Size, 10).Push(thing => thing.Tags, "z"), cancellationToken: Cancellation);
        var replaced = await things.ReplaceOneAsync(thing => thing.Id == "d", new Thing("d", 4), new ReplaceOptions { IsUpsert = true }, Cancellation);
        var deleted = await things.DeleteManyAsync(thing => thing.Size == 3, Cancellation);

        Assert.Equal((1, 1), (updated.MatchedCount, updated.ModifiedCount));
        Assert.Equal("d", replaced.UpsertedId);
        Assert.Equal(1, deleted.DeletedCount);
        Assert.Equal(["d", "a"], (await things.Find(thing => thing.Size >= 4).SortBy(thing => thing.Size).ToListAsync(Cancellation)).Select(thing => thing.Id));
        Assert.Equal(["x", "y"], (await things.Find(thing => thing.Tags.Contains("x")).SingleAsync(Cancellation)).Tags);
        Assert.Equal(3, await things.CountDocumentsAsync(FilterDefinition<Thing>.Empty, cancellationToken: Cancellation));
        Assert.Equal(["a", "b", "d"], (await (await things.DistinctAsync(thing => thing.Id, FilterDefinition<Thing>.Empty, cancellationToken: Cancellation)).ToListAsync(Cancellation)).Order());
    }

    [Fact]
    public async Task Linq_GroupedAndProjected_IsAnswered()
    {
        var things = await OpenAsync();
        await things.InsertManyAsync(Enumerable.Range(0, 10).Select(n => new Thing($"{n}", n % 2)), cancellationToken: Cancellation);

        var counts = await things.AsQueryable().GroupBy(thing => thing.Size).Select(group => new { group.Key, Count = group.Count() }).OrderBy(group => group.Key).ToListAsync(Cancellation);

        Assert.Equal([(0, 5), (1, 5)], counts.Select(group => (group.Key, group.Count)));
    }

    [Fact]
    public async Task BulkWrite_WithOneDuplicate_WritesTheOthersAndNamesIt()
    {
        var things = await OpenAsync();
        await things.InsertOneAsync(new Thing("b", 0), cancellationToken: Cancellation);

        var fault = await Assert.ThrowsAsync<MongoBulkWriteException<Thing>>(() => things.BulkWriteAsync(
        [
            new InsertOneModel<Thing>(new Thing("a", 1)),
            new InsertOneModel<Thing>(new Thing("b", 2)),
            new UpdateOneModel<Thing>(Builders<Thing>.Filter.Eq(thing => thing.Id, "a"), Builders<Thing>.Update.Inc(thing => thing.Size, 5)),
            new DeleteOneModel<Thing>(Builders<Thing>.Filter.Eq(thing => thing.Id, "z")),
        ], new BulkWriteOptions { IsOrdered = false }, Cancellation));

        var error = Assert.Single(fault.WriteErrors);
        Assert.Equal((1, ServerErrorCategory.DuplicateKey, 11000), (error.Index, error.Category, error.Code));
        Assert.Equal(6, (await things.Find(thing => thing.Id == "a").SingleAsync(Cancellation)).Size);
    }

    [Fact]
    public async Task UniqueIndex_Violated_IsADuplicateKeyForEachKindOfWrite()
    {
        var things = await OpenAsync();
        await things.Indexes.CreateOneAsync(new CreateIndexModel<Thing>(Builders<Thing>.IndexKeys.Ascending(thing => thing.Name).Ascending(thing => thing.Size), new CreateIndexOptions { Unique = true }), cancellationToken: Cancellation);
        await things.InsertManyAsync([new Thing("a", 1) { Name = "n" }, new Thing("b", 2) { Name = "n" }], cancellationToken: Cancellation);

        var inserted = await Assert.ThrowsAsync<MongoWriteException>(() => things.InsertOneAsync(new Thing("c", 1) { Name = "n" }, cancellationToken: Cancellation));
        var updated = await Assert.ThrowsAsync<MongoWriteException>(() => things.UpdateOneAsync(thing => thing.Id == "b", Builders<Thing>.Update.Set(thing => thing.Size, 1), cancellationToken: Cancellation));
        var modified = await Assert.ThrowsAsync<MongoCommandException>(() => things.FindOneAndUpdateAsync<Thing>(thing => thing.Id == "b", Builders<Thing>.Update.Set(thing => thing.Size, 1), cancellationToken: Cancellation));

        Assert.Equal(ServerErrorCategory.DuplicateKey, inserted.WriteError.Category);
        Assert.Equal(ServerErrorCategory.DuplicateKey, updated.WriteError.Category);
        Assert.Equal(11000, modified.Code);
    }

    [Fact]
    public async Task Indexes_MadeTwice_StandOnceWithTheirOptions()
    {
        var things = await OpenAsync();
        CreateIndexModel<Thing>[] models =
        [
            new(Builders<Thing>.IndexKeys.Ascending(thing => thing.At), new CreateIndexOptions { Name = "expiry", ExpireAfter = TimeSpan.FromDays(183) }),
            new(Builders<Thing>.IndexKeys.Ascending(thing => thing.Name).Descending(thing => thing.Size), new CreateIndexOptions { Name = "names", Unique = true }),
        ];
        await things.Indexes.CreateManyAsync(models, Cancellation);
        await things.Indexes.CreateManyAsync(models, Cancellation);

        var indexes = await (await things.Indexes.ListAsync(Cancellation)).ToListAsync(Cancellation);

        Assert.Equal(["_id_", "expiry", "names"], indexes.Select(index => index["name"].AsString).Order());
        Assert.Equal(183 * 86_400, indexes.Single(index => index["name"] == "expiry")["expireAfterSeconds"].ToInt64());
        Assert.True(indexes.Single(index => index["name"] == "names")["unique"].ToBoolean());
    }

    [Fact]
    public async Task Index_WithOtherOptionsUnderItsName_IsRefused()
    {
        var things = await OpenAsync();
        var keys = Builders<Thing>.IndexKeys.Ascending(thing => thing.At);
        await things.Indexes.CreateOneAsync(new CreateIndexModel<Thing>(keys, new CreateIndexOptions { Name = "expiry", ExpireAfter = TimeSpan.FromDays(1) }), cancellationToken: Cancellation);

        var refused = await Assert.ThrowsAsync<MongoCommandException>(() =>
            things.Indexes.CreateOneAsync(new CreateIndexModel<Thing>(keys, new CreateIndexOptions { Name = "expiry", ExpireAfter = TimeSpan.FromDays(2) }), cancellationToken: Cancellation));

        Assert.True(refused.Code is 85 or 86, refused.Message);
    }

    [Fact]
    public async Task Collection_MadeWithItsIndexesByManyAtOnce_StandsOnce()
    {
        var url = new MongoUrl(await mongo.NewDatabaseAsync());
        var models = Enumerable.Range(0, 4).Select(n => new CreateIndexModel<Thing>(Builders<Thing>.IndexKeys.Ascending(thing => thing.Name).Ascending($"field-{n}"),
            new CreateIndexOptions { Name = $"index-{n}", Unique = n == 0 })).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Task.Run(async () =>
        {
            var things = new MongoClient(url).GetDatabase(url.DatabaseName).GetCollection<Thing>("things");
            await things.Indexes.CreateManyAsync(models, Cancellation);
            await things.InsertOneAsync(new Thing($"{n}", n), cancellationToken: Cancellation);
        })));

        var made = new MongoClient(url).GetDatabase(url.DatabaseName).GetCollection<Thing>("things");
        Assert.Equal(16, await made.CountDocumentsAsync(FilterDefinition<Thing>.Empty, cancellationToken: Cancellation));
        Assert.Equal(5, (await (await made.Indexes.ListAsync(Cancellation)).ToListAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task Collections_WrittenForTheFirstTimeByManyAtOnce_HaveAllOfIt()
    {
        var url = new MongoUrl(await mongo.NewDatabaseAsync());

        await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Task.Run(() =>
            new MongoClient(url).GetDatabase(url.DatabaseName).GetCollection<Thing>($"things-{n % 4}").InsertOneAsync(new Thing($"{n}", n), cancellationToken: Cancellation))));

        foreach (var n in Enumerable.Range(0, 4))
            Assert.Equal(10, await new MongoClient(url).GetDatabase(url.DatabaseName).GetCollection<Thing>($"things-{n}").CountDocumentsAsync(FilterDefinition<Thing>.Empty, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task UniqueKey_InsertedByManyAtOnce_IsOnesAlone()
    {
        var things = await OpenAsync();
        await things.Indexes.CreateOneAsync(new CreateIndexModel<Thing>(Builders<Thing>.IndexKeys.Ascending(thing => thing.Name), new CreateIndexOptions { Unique = true }), cancellationToken: Cancellation);

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => Task.Run(async () =>
        {
            try
            {
                await things.InsertOneAsync(new Thing($"{n}", n) { Name = $"{n % 10}" }, cancellationToken: Cancellation);
                return true;
            }
            catch (MongoWriteException fault) when (fault.WriteError.Category == ServerErrorCategory.DuplicateKey)
            {
                return false;
            }
        })));

        Assert.Equal(10, results.Count(won => won));
    }

    [Fact]
    public async Task Upsert_OfOneKeyByManyAtOnce_LeavesOneDocument()
    {
        var things = await OpenAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => Task.Run(async () =>
        {
            try
            {
                await things.ReplaceOneAsync(thing => thing.Id == "a" && thing.Size < n, new Thing("a", n), new ReplaceOptions { IsUpsert = true }, Cancellation);
            }
            catch (MongoWriteException fault) when (fault.WriteError.Category == ServerErrorCategory.DuplicateKey)
            {
                // It stands with a greater size.
            }
            return n;
        })));

        Assert.Equal(99, (await things.Find(FilterDefinition<Thing>.Empty).SingleAsync(Cancellation)).Size);
    }

    [Fact]
    public async Task BulkWrites_OfTheSameDocumentsInOtherOrders_AllSucceed()
    {
        var things = await OpenAsync();
        await things.InsertManyAsync(Enumerable.Range(0, 20).Select(n => new Thing($"{n}", 0)), cancellationToken: Cancellation);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(client => Task.Run(async () =>
        {
            var order = Enumerable.Range(0, 20).ToArray();
            for (var round = 0; round < 5; round++)
            {
                new Random(client * 5 + round).Shuffle(order);
                await things.BulkWriteAsync(order.Select(n => new UpdateOneModel<Thing>(Builders<Thing>.Filter.Eq(thing => thing.Id, $"{n}"), Builders<Thing>.Update.Inc(thing => thing.Size, 1))),
                    new BulkWriteOptions { IsOrdered = round % 2 == 0 }, Cancellation);
            }
        })));

        Assert.All(await things.Find(FilterDefinition<Thing>.Empty).ToListAsync(Cancellation), thing => Assert.Equal(40, thing.Size));
    }

    [Fact]
    public async Task FindOneAndUpdate_ByManyAtOnce_CountsEachOnce()
    {
        var things = await OpenAsync();

        var sizes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => things.FindOneAndUpdateAsync<Thing>(thing => thing.Id == "counter", Builders<Thing>.Update.Inc(thing => thing.Size, 1),
            new FindOneAndUpdateOptions<Thing> { IsUpsert = true, ReturnDocument = ReturnDocument.After }, Cancellation)));

        Assert.Equal(Enumerable.Range(1, 50), sizes.Select(thing => thing.Size).Order());
        Assert.Null(await things.FindOneAndDeleteAsync<Thing>(thing => thing.Id == "other", cancellationToken: Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cursor_OverManyBatches_GivesEachDocumentOnce(bool sorted)
    {
        var things = await OpenAsync();
        await things.InsertManyAsync(Enumerable.Range(0, 1000).Select(n => new Thing($"{n:0000}", n)), cancellationToken: Cancellation);

        var find = things.Find(FilterDefinition<Thing>.Empty, new FindOptions { BatchSize = 37 });
        var found = await (sorted ? find.SortByDescending(thing => thing.Size) : find).ToListAsync(Cancellation);

        Assert.Equal(Enumerable.Range(0, 1000), sorted ? found.Select(thing => thing.Size).Reverse() : found.Select(thing => thing.Size).Order());
    }

    [Fact]
    public async Task FiftyClients_WritingAtOnce_FindAllOfIt()
    {
        var url = new MongoUrl(await mongo.NewDatabaseAsync());

        await Task.WhenAll(Enumerable.Range(0, 50).Select(async client =>
        {
            // Settings that differ, so that the driver does not let them share connections.
            var settings = MongoClientSettings.FromUrl(url);
            settings.ApplicationName = $"client-{client}";
            using var own = new MongoClient(settings);
            var things = own.GetDatabase(url.DatabaseName).GetCollection<Thing>("things");
            for (var n = 0; n < 10; n++)
            {
                await things.InsertOneAsync(new Thing($"{client}-{n}", client), cancellationToken: Cancellation);
                Assert.Equal(n + 1, await things.CountDocumentsAsync(thing => thing.Size == client, cancellationToken: Cancellation));
            }
        }));
    }

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

    private async Task<IMongoCollection<Thing>> OpenAsync()
    {
        var url = new MongoUrl(await mongo.NewDatabaseAsync());
        return new MongoClient(url).GetDatabase(url.DatabaseName).GetCollection<Thing>("things");
    }

    internal sealed record Thing(string Id, int Size, string[]? Tags = null)
    {
        public string[] Tags { get; init; } = Tags ?? [];

        public string Name { get; init; } = Id;

        [BsonRepresentation(BsonType.DateTime)]
        public DateTime At { get; init; } = DateTime.UnixEpoch;
    }
}
