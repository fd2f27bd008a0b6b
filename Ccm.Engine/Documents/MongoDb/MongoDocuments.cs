using MongoDB.Bson;
using MongoDB.Driver;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>The document collections on MongoDB, and how they are asked; a server that cannot be reached is an outage to the caller.</summary>
public sealed class MongoDocuments : IDisposable
{
    private const int OptionsConflict = 85;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);
    private readonly MongoClient _client;
    private readonly IMongoDatabase _database;
    private readonly TimeSpan _auditKept;
    private readonly SemaphoreSlim _making = new(1, 1);
    private volatile bool _made;

    /// <param name="uri">With the database's name as its path, else <c>ccm</c>.</param>
    public MongoDocuments(string uri, int auditDays)
    {
        var url = MongoUrl.Create(uri);
        var settings = MongoClientSettings.FromUrl(url);
        settings.ServerSelectionTimeout = Longest;
        settings.ConnectTimeout = Longest;
        settings.SocketTimeout = Longest;
        settings.WriteConcern = WriteConcern.WMajority.With(wTimeout: Longest);
        settings.ReadConcern = ReadConcern.Majority;
        settings.ReadPreference = ReadPreference.Primary;
        _client = new MongoClient(settings);
        _database = _client.GetDatabase(url.DatabaseName ?? "ccm");
        _auditKept = TimeSpan.FromDays(auditDays);
    }

    internal static FilterDefinitionBuilder<BsonDocument> Where => Builders<BsonDocument>.Filter;

    internal async Task<T> AskAsync<T>(string collection, Func<IMongoCollection<BsonDocument>, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            await MakeIndexesAsync(cancellationToken).ConfigureAwait(false);
            return await ask(_database.GetCollection<BsonDocument>(collection)).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOutage(exception))
        {
            throw new DocumentsUnavailableException(exception.Message, exception);
        }
    }

    internal static bool IsDuplicate(MongoWriteException exception) => exception.WriteError?.Category == ServerErrorCategory.DuplicateKey;

    public void Dispose()
    {
        _client.Dispose();
        _making.Dispose();
    }

    // A duplicate key is the caller's affair; a write that too few servers confirmed has an unknown outcome.
    private static bool IsOutage(Exception exception) => exception is TimeoutException or MongoConnectionException or MongoConnectionPoolPausedException
        or MongoNotPrimaryException or MongoNodeIsRecoveringException or MongoExecutionTimeoutException or MongoWriteConcernException or MongoWaitQueueFullException
        or MongoWriteException { WriteError: null } or MongoWriteException { WriteError.Category: ServerErrorCategory.ExecutionTimeout };

    // Once a process, before the first question; an outage then is retried by the next.
    private async Task MakeIndexesAsync(CancellationToken cancellationToken)
    {
        if (_made)
            return;
        await _making.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_made)
                return;
            await MakeAsync("lablet_definitions", cancellationToken, Index(true, "name", "version")).ConfigureAwait(false);
            await MakeAsync("worker_templates", cancellationToken, Index(true, "name", "revision")).ConfigureAwait(false);
            await MakeAsync("audit_events", cancellationToken, Index(true, "id"), Index(true, "sequence"), Index(false, "subject", "sequence"), Index(false, "operation")).ConfigureAwait(false);
            await MakeExpiryAsync(cancellationToken).ConfigureAwait(false);
            _made = true;
        }
        finally
        {
            _making.Release();
        }
    }

    private async Task MakeExpiryAsync(CancellationToken cancellationToken)
    {
        var expiry = new CreateIndexModel<BsonDocument>(Builders<BsonDocument>.IndexKeys.Ascending("time"), new CreateIndexOptions { Name = "audit_expiry", ExpireAfter = _auditKept });
        try
        {
            await MakeAsync("audit_events", cancellationToken, expiry).ConfigureAwait(false);
        }
        catch (MongoCommandException exception) when (exception.Code == OptionsConflict)
        {
            // The setting changed since the index was made.
            await _database.GetCollection<BsonDocument>("audit_events").Indexes.DropOneAsync("audit_expiry", cancellationToken).ConfigureAwait(false);
            await MakeAsync("audit_events", cancellationToken, expiry).ConfigureAwait(false);
        }
    }

    private Task MakeAsync(string collection, CancellationToken cancellationToken, params CreateIndexModel<BsonDocument>[] indexes) =>
        _database.GetCollection<BsonDocument>(collection).Indexes.CreateManyAsync(indexes, cancellationToken);

    private static CreateIndexModel<BsonDocument> Index(bool unique, params string[] fields) =>
        new(Builders<BsonDocument>.IndexKeys.Combine(fields.Select(field => Builders<BsonDocument>.IndexKeys.Ascending(field))), new CreateIndexOptions { Unique = unique });
}
