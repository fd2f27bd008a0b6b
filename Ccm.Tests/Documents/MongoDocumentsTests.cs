using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;
using Ccm.Engine.Documents.MongoDb;
using Ccm.Tests.Servers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Ccm.Tests.Documents;

public sealed class MongoDocumentsTests(SharedMongo mongo) : DocumentsContract, IAsyncLifetime
{
    private readonly ManualTime _clock = new();
    private readonly List<IDisposable> _clients = [];
    private string _uri = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _uri = await mongo.NewDatabaseAsync();

    protected override ValueTask<DocumentStores> OpenAsync()
    {
        var documents = Open();
        return ValueTask.FromResult(new DocumentStores(
            new MongoDefinitionDocuments(documents, _clock), new MongoTemplateDocuments(documents, _clock), new MongoAuditTrail(documents), new MongoKeyDocuments(documents), _clock));
    }

    /// <summary>By its index alone, of itself.</summary>
    protected override async Task ExpireAsync(IAuditTrail trail, DateTimeOffset before)
    {
        await (await mongo.GetAsync()).ExpireAsync();
        await Eventually.HoldsAsync(async () => (await trail.ReadChainAsync(1, 1, Cancelled))[0].Time > before, "what is old has expired");
    }

    [Fact]
    public async Task MakeIndexes_TheSettingChanged_ChangesTheIndexInPlace()
    {
        await Open().MakeIndexesAsync(Cancelled);
        await Open(90).MakeIndexesAsync(Cancelled);
        await Open(90).MakeIndexesAsync(Cancelled);

        var indexes = await (await Raw("audit_events").Indexes.ListAsync(Cancelled)).ToListAsync(Cancelled);
        var expiry = Assert.Single(indexes, index => index.Contains("expireAfterSeconds"));
        Assert.Equal((90 * 86400, "keptFrom"), (expiry["expireAfterSeconds"].ToInt32(), expiry["key"].AsBsonDocument.GetElement(0).Name));
        Assert.Contains(indexes, index => index["key"] == new BsonDocument("sequence", 1) && index["unique"].AsBoolean);
    }

    [Fact]
    public async Task MakeIndexes_OneCannotBe_IsNamedAndTriedAgain()
    {
        var twice = new[] { new BsonDocument { { "name", "a" }, { "version", "1" } }, new BsonDocument { { "name", "a" }, { "version", "1" } } };
        await Raw("lablet_definitions").InsertManyAsync(twice, cancellationToken: Cancelled);
        var stores = await OpenAsync();

        var refused = await Assert.ThrowsAsync<DocumentsUnavailableException>(() => stores.Trail.QueryAsync(new AuditQuery(), Cancelled));

        Assert.StartsWith("MongoDB: the index name_version of lablet_definitions cannot be made: ", refused.Message, StringComparison.Ordinal);
        await Raw("lablet_definitions").DeleteOneAsync(Builders<BsonDocument>.Filter.Empty, Cancelled);
        Assert.Empty(await stores.Trail.QueryAsync(new AuditQuery(), Cancelled));
    }

    /// <summary>People and tools look at the trail with queries of their own.</summary>
    [Fact]
    public async Task Event_InTheCollection_IsACloudEventThatQueriesReachInto()
    {
        var time = new DateTimeOffset(2026, 11, 1, 9, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);
        var data = JsonSerializer.SerializeToElement(new { reason = "r", changes = new[] { new { field = "state", after = "RUNNING", cost = 0.85m } } });
        var events = AuditChain.Link(AuditHead.Start, [(new OutboxEntry("op", null, [new OutboxEvent("ccm.test", "instances/i-1", time, "admin", data)]), 7)]);
        var stores = await OpenAsync();
        await stores.Trail.AppendAsync(events, Cancelled);

        var filter = Builders<BsonDocument>.Filter.Eq("data.changes.after", "RUNNING") & Builders<BsonDocument>.Filter.Gt("data.changes.cost", 0.5) & Builders<BsonDocument>.Filter.Lt("time", time.AddSeconds(1).UtcDateTime);
        var row = Assert.Single(await Raw("audit_events").Find(filter).ToListAsync(Cancelled));
        Assert.Equal((events[0].Id, "1.0", "/ccm", "instances/i-1"), (row["_id"].AsString, row["specversion"].AsString, row["source"].AsString, row["subject"].AsString));
        var read = Assert.Single(await stores.Trail.ReadChainAsync(1, 10, Cancelled));
        Assert.Equal(time, read.Time);
        Assert.Null(AuditChain.Verify(null, [read]));

        // Whoever changes what such a query shows is found out.
        await Raw("audit_events").UpdateOneAsync(filter, Builders<BsonDocument>.Update.Set("data.reason", "another"), cancellationToken: Cancelled);
        Assert.NotNull(AuditChain.Verify(null, await stores.Trail.ReadChainAsync(1, 10, Cancelled)));
    }

    [Fact]
    public async Task Trail_AppendedByTwoRelaysAtOnce_StandsOnce()
    {
        var (one, two) = (await OpenAsync(), await OpenAsync());
        var events = AuditChain.Link(AuditHead.Start, Enumerable.Range(1, 200).Select(n => (
            new OutboxEntry($"op-{n}", null, [new OutboxEvent("ccm.test", "instances/i-1", DateTimeOffset.UnixEpoch.AddYears(60), "admin", JsonSerializer.SerializeToElement(new { n }))]), (long)n)));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => (n % 2 == 0 ? one : two).Trail.AppendAsync(events, Cancelled))));

        Assert.Null(AuditChain.Verify(null, await one.Trail.ReadChainAsync(1, 1000, Cancelled)));
        Assert.Equal(200, await Raw("audit_events").CountDocumentsAsync(Builders<BsonDocument>.Filter.Empty, cancellationToken: Cancelled));
    }

    public ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        return ValueTask.CompletedTask;
    }

    private MongoDocuments Open(int auditDays = AuditDays) => Keep(new MongoDocuments(_uri, auditDays, TimeProvider.System));

    private IMongoCollection<BsonDocument> Raw(string collection) => Keep(new MongoClient(_uri)).GetDatabase(MongoUrl.Create(_uri).DatabaseName).GetCollection<BsonDocument>(collection);

    private T Keep<T>(T client) where T : IDisposable
    {
        _clients.Add(client);
        return client;
    }
}
