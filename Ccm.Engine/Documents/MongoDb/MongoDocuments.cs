using MongoDB.Bson;
using MongoDB.Driver;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>
/// The document collections on MongoDB, and how they are asked; whatever the server or the way to it refuses is an outage to the caller.
/// While the server is away one question at a time waits for it, twice a second at the most, and all others are told so at once.
/// </summary>
public sealed class MongoDocuments : IDisposable
{
    /// <summary>For one question in all, whatever the driver tries meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private readonly TimeProvider _time;
    private readonly MongoClient _client;
    private readonly IMongoDatabase _database;
    private readonly MongoIndexes _indexes;
    private readonly Lock _lock = new();
    private Task? _made;
    private volatile Silence? _away;
    private int _waiting;

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

    /// <summary>Meets the server before anything else does. An outage is no reason not to start.</summary>
    /// <exception cref="InvalidOperationException">What only the settings can mend; the text names them and the fix.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await MakeIndexesAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DocumentsUnavailableException exception)
        {
            if (exception.InnerException is { } inner && MongoFailure.IsForSettings(inner))
                throw new InvalidOperationException(exception.Message, exception);
        }
    }

    /// <summary>Makes the indexes that nothing may be written without, unless this process has; every question begins with it.</summary>
    /// <exception cref="DocumentsUnavailableException">The text says which cannot be made, or that no server answers.</exception>
    public Task MakeIndexesAsync(CancellationToken cancellationToken) => GuardAsync(async token =>
    {
        await IndexesAsync().WaitAsync(token).ConfigureAwait(false);
        return true;
    }, cancellationToken);

    /// <summary>Makes the others. It takes as long as it takes, and no question waits for it.</summary>
    /// <exception cref="DocumentsUnavailableException">The text says which cannot be made, or that no server answers.</exception>
    public async Task MakeQueryIndexesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _indexes.MakeForQueriesAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is MongoException or TimeoutException)
        {
            throw new DocumentsUnavailableException(MongoFailure.Tell(exception, _client), exception);
        }
    }

    internal Task<T> AskAsync<T>(string collection, Func<IMongoCollection<BsonDocument>, CancellationToken, Task<T>> ask, CancellationToken cancellationToken) =>
        GuardAsync(async token =>
        {
            await IndexesAsync().WaitAsync(token).ConfigureAwait(false);
            return await ask(_database.GetCollection<BsonDocument>(collection), token).ConfigureAwait(false);
        }, cancellationToken);

    internal static bool IsDuplicate(MongoException exception) => exception switch
    {
        MongoWriteException write => write.WriteError?.Category == ServerErrorCategory.DuplicateKey,
        MongoBulkWriteException bulk => bulk.WriteErrors.Any(error => error.Category == ServerErrorCategory.DuplicateKey),
        _ => false,
    };

    public void Dispose() => _client.Dispose();

    /// <summary>Made once for all who ask; what failed is tried again by the next.</summary>
    private Task IndexesAsync()
    {
        lock (_lock)
        {
            if (_made is null or { IsFaulted: true } or { IsCanceled: true })
                _made = MakeAsync();
            return _made;
        }
    }

    private async Task MakeAsync()
    {
        // The lock is not held while a server is waited for.
        await Task.Yield();
        using var patience = new CancellationTokenSource(Patience, _time);
        await _indexes.MakeAsync(patience.Token).ConfigureAwait(false);
    }

    private async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        var known = _away;
        if (known is not null && (_time.GetElapsedTime(known.Since) < Pause || Interlocked.Exchange(ref _waiting, 1) == 1))
            throw new DocumentsUnavailableException(known.Told);
        using var patience = new CancellationTokenSource(Patience, _time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var answer = await ask(until.Token).ConfigureAwait(false);
            _away = null;
            return answer;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            var told = $"MongoDB: no answer in {Patience.TotalSeconds} s.";
            _away = new Silence(told, _time.GetTimestamp());
            throw new DocumentsUnavailableException(told, exception);
        }
        catch (Exception exception) when (exception is MongoException or TimeoutException)
        {
            var told = MongoFailure.Tell(exception, _client);
            if (MongoFailure.IsSilence(exception))
                _away = new Silence(told, _time.GetTimestamp());
            throw new DocumentsUnavailableException(told, exception);
        }
        finally
        {
            if (known is not null)
                Volatile.Write(ref _waiting, 0);
        }
    }

    /// <param name="Since">Of the last question that met it.</param>
    private sealed record Silence(string Told, long Since);
}
