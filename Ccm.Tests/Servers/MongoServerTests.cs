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
        var things = await Thing.OpenAsync(mongo);
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
        var things = await Thing.OpenAsync(mongo);
        await things.InsertManyAsync(Enumerable.Range(0, 10).Select(n => new Thing($"{n}", n % 2)), cancellationToken: Cancellation);

        var counts = await things.AsQueryable().GroupBy(thing => thing.Size).Select(group => new { group.Key, Count = group.Count() }).OrderBy(group => group.Key).ToListAsync(Cancellation);

        Assert.Equal([(0, 5), (1, 5)], counts.Select(group => (group.Key, group.Count)));
    }

    [Fact]
    public async Task BulkWrite_WithOneDuplicate_WritesTheOthersAndNamesIt()
    {
        var things = await Thing.OpenAsync(mongo);
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
        var things = await Thing.OpenAsync(mongo);
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
        var things = await Thing.OpenAsync(mongo);
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
        var things = await Thing.OpenAsync(mongo);
        var keys = Builders<Thing>.IndexKeys.Ascending(thing => thing.At);
        await things.Indexes.CreateOneAsync(new CreateIndexModel<Thing>(keys, new CreateIndexOptions { Name = "expiry", ExpireAfter = TimeSpan.FromDays(1) }), cancellationToken: Cancellation);

        var refused = await Assert.ThrowsAsync<MongoCommandException>(() =>
            things.Indexes.CreateOneAsync(new CreateIndexModel<Thing>(keys, new CreateIndexOptions { Name = "expiry", ExpireAfter = TimeSpan.FromDays(2) }), cancellationToken: Cancellation));

        Assert.True(refused.Code is 85 or 86, refused.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cursor_OverManyBatches_GivesEachDocumentOnce(bool sorted)
    {
        var things = await Thing.OpenAsync(mongo);
        await things.InsertManyAsync(Enumerable.Range(0, 1000).Select(n => new Thing($"{n:0000}", n)), cancellationToken: Cancellation);

        var find = things.Find(FilterDefinition<Thing>.Empty, new FindOptions { BatchSize = 37 });
        var found = await (sorted ? find.SortByDescending(thing => thing.Size) : find).ToListAsync(Cancellation);

        Assert.Equal(Enumerable.Range(0, 1000), sorted ? found.Select(thing => thing.Size).Reverse() : found.Select(thing => thing.Size).Order());
    }
}
