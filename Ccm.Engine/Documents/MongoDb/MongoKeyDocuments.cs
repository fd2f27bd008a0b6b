using System.Collections.Immutable;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>Keys on MongoDB, a collection for each use; the name is the document's id.</summary>
public sealed class MongoKeyDocuments(MongoDocuments documents) : IKeyDocuments
{
    public Task<ImmutableArray<KeyDocument>> ListAsync(KeyUse use, CancellationToken cancellationToken) => documents.AskAsync(CollectionOf(use), async (rows, token) =>
        (await rows.Find(MongoDocuments.Where.Empty).ToListAsync(token).ConfigureAwait(false)).Select(row => new KeyDocument(row["_id"].AsString, row["text"].AsString)).ToImmutableArray(), cancellationToken);

    /// <summary>An upsert that changes nothing is confirmed by a majority, too; a refused insertion would not be.</summary>
    public Task AddAsync(KeyUse use, KeyDocument key, CancellationToken cancellationToken) => documents.AskAsync(CollectionOf(use), async (rows, token) =>
    {
        var add = new BsonDocument("$setOnInsert", new BsonDocument("text", key.Text));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await rows.UpdateOneAsync(MongoDocuments.Where.Eq("_id", key.Name), add, new UpdateOptions { IsUpsert = true }, token).ConfigureAwait(false);
            }
            catch (MongoWriteException exception) when (attempt == 1 && MongoDocuments.IsDuplicate(exception))
            {
                // Two inserted it at this moment; now it is there.
            }
        }
    }, cancellationToken);

    private static string CollectionOf(KeyUse use) => use switch
    {
        KeyUse.DataProtection => "data_protection_keys",
        _ => "identity_keys",
    };
}
