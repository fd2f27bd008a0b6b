using MongoDB.Bson;
using MongoDB.Driver;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>The document collections on MongoDB, and how they are asked; whatever the server or the way to it refuses is an outage to the caller.</summary>
public sealed class MongoDocuments : IDisposable
{
    /// <summary>For one question in all, whatever the driver tries meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Until indexes are tried again that could not be made: who asks meanwhile is told at once.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly MongoClient _client;
    private readonly IMongoDatabase _database;
    private readonly MongoIndexes _indexes;
    private readonly Lock _lock = new();
    private Task? _made;
    private long _failedAt;

    /// <param name="uri">As <c>ConnectionStrings:mongodb</c> has it; with the database's name as its path, else <c>ccm</c>.</param>
    /// <param name="auditDays">After so many days an audit event is forgotten.</param>
    /// <exception cref="FormatException">The text cannot be read.</exception>
    public MongoDocuments(string uri, int auditDays, TimeProvider time)
    {
        var address = MongoAddress.Read(uri);
        _time = time;
        _client = new MongoClient(address.Settings);
        _database = _client.GetDatabase(address.Database);
        _indexes = new MongoIndexes(_database, auditDays);
    }

    internal static FilterDefinitionBuilder<BsonDocument> Where => Builders<BsonDocument>.Filter;

    /// <summary>Makes the indexes unless this process has; after an outage the next question tries again.</summary>
    /// <exception cref="DocumentsUnavailableException">The text says which, or that no server answers.</exception>
    public Task MakeIndexesAsync()
    {
        lock (_lock)
        {
            if (_made is null || (_made.IsFaulted && _time.GetElapsedTime(_failedAt) > Pause))
                _made = MakeAsync();
            return _made;
        }
    }

    internal Task<T> AskAsync<T>(string collection, Func<IMongoCollection<BsonDocument>, CancellationToken, Task<T>> ask, CancellationToken cancellationToken) =>
        GuardAsync(async token =>
        {
            await MakeIndexesAsync().WaitAsync(token).ConfigureAwait(false);
            return await ask(_database.GetCollection<BsonDocument>(collection), token).ConfigureAwait(false);
        }, cancellationToken);

    internal static bool IsDuplicate(MongoException exception) => exception switch
    {
        MongoWriteException write => write.WriteError?.Category == ServerErrorCategory.DuplicateKey,
        MongoBulkWriteException bulk => bulk.WriteErrors.Any(error => error.Category == ServerErrorCategory.DuplicateKey),
        _ => false,
    };

    public void Dispose() => _client.Dispose();

    private async Task MakeAsync()
    {
        // The lock is not held while a server is waited for.
        await Task.Yield();
        try
        {
            await GuardAsync(async token =>
            {
                await _indexes.MakeAsync(token).ConfigureAwait(false);
                return true;
            }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (DocumentsUnavailableException)
        {
            _failedAt = _time.GetTimestamp();
            throw;
        }
    }

    private async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, _time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await ask(until.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DocumentsUnavailableException($"MongoDB: no answer in {Patience.TotalSeconds} s.", exception);
        }
        catch (Exception exception) when (exception is MongoException or TimeoutException)
        {
            throw new DocumentsUnavailableException(MongoFailure.Tell(exception, _client), exception);
        }
    }
}
