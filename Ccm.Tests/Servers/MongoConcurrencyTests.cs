using MongoDB.Driver;

namespace Ccm.Tests.Servers;

/// <summary>That the server of the tests does to many writers at once what MongoDB does.</summary>
public sealed class MongoConcurrencyTests(SharedMongo mongo)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

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
        var things = await Thing.OpenAsync(mongo);
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
        var things = await Thing.OpenAsync(mongo);

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
        var things = await Thing.OpenAsync(mongo);
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
        var things = await Thing.OpenAsync(mongo);

        var sizes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => things.FindOneAndUpdateAsync<Thing>(thing => thing.Id == "counter", Builders<Thing>.Update.Inc(thing => thing.Size, 1),
            new FindOneAndUpdateOptions<Thing> { IsUpsert = true, ReturnDocument = ReturnDocument.After }, Cancellation)));

        Assert.Equal(Enumerable.Range(1, 50), sizes.Select(thing => thing.Size).Order());
        Assert.Null(await things.FindOneAndDeleteAsync<Thing>(thing => thing.Id == "other", cancellationToken: Cancellation));
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
}
