using MongoDB.Bson;
using MongoDB.Driver;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>The indexes of the stores: making one that is there already changes nothing.</summary>
internal sealed class MongoIndexes(IMongoDatabase database, int auditDays)
{
    public const string Expiry = "audit_expiry";
    private const int OptionsConflict = 85;
    private static readonly IndexKeysDefinitionBuilder<BsonDocument> By = Builders<BsonDocument>.IndexKeys;

    /// <summary>Those without which nothing may be written: they keep the same from being there twice, and forget what is old.</summary>
    /// <exception cref="DocumentsUnavailableException">One cannot be made; the text names it.</exception>
    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        await UniqueAsync("lablet_definitions", "name_version", By.Ascending("name").Ascending("version"), cancellationToken).ConfigureAwait(false);
        await UniqueAsync("worker_templates", "name_revision", By.Ascending("name").Ascending("revision"), cancellationToken).ConfigureAwait(false);
        await UniqueAsync(MongoAuditTrail.Collection, "sequence", By.Ascending("sequence"), cancellationToken).ConfigureAwait(false);
        // The server forgets by this one, whether or not anything of CCM runs.
        await AuditAsync(Expiry, By.Ascending(MongoAuditTrail.KeptFrom), TimeSpan.FromDays(auditDays), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Those that only make questions fast. Over millions of events each may take minutes.</summary>
    /// <exception cref="DocumentsUnavailableException">One cannot be made; the text names it.</exception>
    public async Task MakeForQueriesAsync(CancellationToken cancellationToken)
    {
        await AuditAsync("subject_sequence", By.Ascending("subject").Ascending("sequence"), null, cancellationToken).ConfigureAwait(false);
        await AuditAsync("type_sequence", By.Ascending("type").Ascending("sequence"), null, cancellationToken).ConfigureAwait(false);
        await AuditAsync("actor_sequence", By.Ascending("actor").Ascending("sequence"), null, cancellationToken).ConfigureAwait(false);
        await AuditAsync("actorName_sequence", By.Ascending("data.actorName").Ascending("sequence"), null, cancellationToken).ConfigureAwait(false);
        await AuditAsync("operation", By.Ascending("operation"), null, cancellationToken).ConfigureAwait(false);
        await AuditAsync("time", By.Ascending("time"), null, cancellationToken).ConfigureAwait(false);
    }

    private Task UniqueAsync(string collection, string name, IndexKeysDefinition<BsonDocument> keys, CancellationToken cancellationToken) =>
        MakeAsync(collection, keys, new CreateIndexOptions { Name = name, Unique = true }, cancellationToken);

    private Task AuditAsync(string name, IndexKeysDefinition<BsonDocument> keys, TimeSpan? kept, CancellationToken cancellationToken) =>
        MakeAsync(MongoAuditTrail.Collection, keys, new CreateIndexOptions { Name = name, ExpireAfter = kept }, cancellationToken);

    private async Task MakeAsync(string collection, IndexKeysDefinition<BsonDocument> keys, CreateIndexOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await database.GetCollection<BsonDocument>(collection).Indexes
                .CreateOneAsync(new CreateIndexModel<BsonDocument>(keys, options), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandException exception) when (exception.Code == OptionsConflict && options.ExpireAfter is not null)
        {
            // The setting changed since the index was made.
            await ChangeExpiryAsync(collection, options, cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandException exception) when (!MongoFailure.IsForSettings(exception))
        {
            throw CannotMake(collection, options.Name, exception);
        }
    }

    private async Task ChangeExpiryAsync(string collection, CreateIndexOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await database.RunCommandAsync<BsonDocument>(new BsonDocument
            {
                { "collMod", collection },
                { "index", new BsonDocument { { "name", options.Name }, { "expireAfterSeconds", (long)options.ExpireAfter!.Value.TotalSeconds } } },
            }, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandException exception) when (!MongoFailure.IsForSettings(exception))
        {
            throw CannotMake(collection, options.Name, exception);
        }
    }

    private static DocumentsUnavailableException CannotMake(string collection, string name, MongoCommandException exception) =>
        new($"MongoDB: the index {name} of {collection} cannot be made: {exception.Message.ReplaceLineEndings(" ")}", exception);
}
