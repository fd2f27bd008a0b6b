using Ccm.Engine.Documents;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Documents.MongoDb;
using Ccm.Engine.Embedded;
using Ccm.Tests.Servers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Ccm.Tests.Auditing;

public sealed class SqliteChainVerifierTests : ChainVerifierContract
{
    private readonly TemporaryDirectory _directory = new();
    private readonly EmbeddedDatabase _database;

    public SqliteChainVerifierTests()
    {
        _database = EmbeddedDatabase.Open(_directory.Path);
        Trail = new SqliteAuditTrail(_database);
    }

    protected override IAuditTrail Trail { get; }

    protected override Task ChangeAsync(long sequence) => RunAsync($"UPDATE audit_events SET data = json_set(data, '$.reason', 'another') WHERE sequence = {sequence}");

    protected override Task RemoveAsync(long sequence) => RunAsync($"DELETE FROM audit_events WHERE sequence = {sequence}");

    protected override async Task SwapAsync(long one, long other)
    {
        foreach (var (from, to) in new[] { (one, -1), (other, one), (-1, other) })
            await RunAsync($"UPDATE audit_events SET sequence = {to} WHERE sequence = {from}");
    }

    public override ValueTask DisposeAsync()
    {
        _database.Dispose();
        _directory.Dispose();
        return base.DisposeAsync();
    }

    private Task RunAsync(string sql)
    {
        using var connection = _database.Connect();
        using var command = SqliteDocuments.Command(connection, sql);
        Assert.Equal(1, command.ExecuteNonQuery());
        return Task.CompletedTask;
    }
}

public sealed class MongoChainVerifierTests(SharedMongo mongo) : ChainVerifierContract, IAsyncLifetime
{
    private MongoDocuments _documents = null!;
    private MongoClient _client = null!;
    private IMongoCollection<BsonDocument> _rows = null!;

    protected override IAuditTrail Trail => new MongoAuditTrail(_documents);

    public async ValueTask InitializeAsync()
    {
        var uri = await mongo.NewDatabaseAsync();
        _documents = new MongoDocuments(uri, 183, TimeProvider.System);
        _client = new MongoClient(uri);
        _rows = _client.GetDatabase(MongoUrl.Create(uri).DatabaseName).GetCollection<BsonDocument>("audit_events");
    }

    protected override Task ChangeAsync(long sequence) => SetAsync(sequence, "data.reason", "another");

    protected override async Task RemoveAsync(long sequence) => Assert.Equal(1, (await _rows.DeleteOneAsync(Of(sequence), Cancelled)).DeletedCount);

    protected override async Task SwapAsync(long one, long other)
    {
        foreach (var (from, to) in new[] { (one, -1L), (other, one), (-1, other) })
            await SetAsync(from, "sequence", to);
    }

    public override ValueTask DisposeAsync()
    {
        _client?.Dispose();
        _documents?.Dispose();
        return base.DisposeAsync();
    }

    private async Task SetAsync(long sequence, string field, BsonValue value) =>
        Assert.Equal(1, (await _rows.UpdateOneAsync(Of(sequence), Builders<BsonDocument>.Update.Set(field, value), cancellationToken: Cancelled)).ModifiedCount);

    private static FilterDefinition<BsonDocument> Of(long sequence) => Builders<BsonDocument>.Filter.Eq("sequence", sequence);
}
