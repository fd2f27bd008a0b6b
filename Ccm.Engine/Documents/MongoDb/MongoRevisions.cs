using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ccm.Engine.Domain;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>One collection of immutable documents, unique on name and version; each is kept as the JSON text it was given as.</summary>
internal sealed class MongoRevisions<T>(MongoDocuments documents, TimeProvider time, string collection, string versionField) where T : class
{
    public async Task<T?> FindAsync(string name, BsonValue version, CancellationToken cancellationToken) =>
        Read(await FindAsync(Key(name, version), cancellationToken).ConfigureAwait(false));

    public Task<ImmutableArray<T>> FindManyAsync(IEnumerable<(string Name, BsonValue Version)> keys, CancellationToken cancellationToken)
    {
        var filters = keys.Select(key => Key(key.Name, key.Version)).ToList();
        return filters.Count == 0 ? Task.FromResult(ImmutableArray<T>.Empty) : documents.AskAsync(collection, async found =>
            (await found.Find(MongoDocuments.Where.Or(filters)).ToListAsync(cancellationToken).ConfigureAwait(false)).Select(row => Read(row)!).ToImmutableArray(), cancellationToken);
    }

    public async Task<string?> ReadLabAsync(string name, BsonValue version, CancellationToken cancellationToken) =>
        (await FindAsync(Key(name, version), cancellationToken).ConfigureAwait(false))?["lab"].AsString;

    public Task<UpsertResult> UpsertAsync(string name, BsonValue version, T document, string? lab, CancellationToken cancellationToken) => documents.AskAsync(collection, async rows =>
    {
        var json = Encoding.UTF8.GetString(DomainJson.Write(document));
        var now = time.GetUtcNow();
        var fresh = new BsonDocument { { "stamp", Guid.NewGuid().ToString("N") }, { "writtenAt", now.ToUnixTimeMilliseconds() }, { "lab", lab is null ? BsonNull.Value : lab } };
        var content = new BsonDocument { { "content", ContentOf(json) }, { "document", json } };
        try
        {
            var row = new BsonDocument { { "_id", ObjectId.GenerateNewId() }, { "name", name }, { versionField, version } };
            await rows.InsertOneAsync(row.Merge(fresh).Merge(content), cancellationToken: cancellationToken).ConfigureAwait(false);
            return UpsertResult.Written;
        }
        catch (MongoWriteException exception) when (MongoDocuments.IsDuplicate(exception))
        {
            // The same content stays, with a fresh stamp; other content gives way once it is abandoned.
            var same = MongoDocuments.Where.And(Key(name, version), MongoDocuments.Where.Eq("content", content["content"]));
            if ((await rows.UpdateOneAsync(same, Set(fresh), cancellationToken: cancellationToken).ConfigureAwait(false)).MatchedCount == 1)
                return UpsertResult.Written;
            var abandoned = MongoDocuments.Where.And(Key(name, version), MongoDocuments.Where.Lt("writtenAt", (now - Unpublished.Abandoned).ToUnixTimeMilliseconds()));
            var update = await rows.UpdateOneAsync(abandoned, Set(fresh.Merge(content)), cancellationToken: cancellationToken).ConfigureAwait(false);
            return update.MatchedCount == 1 ? UpsertResult.Written : UpsertResult.Different;
        }
    }, cancellationToken);

    public Task<ImmutableArray<DocumentStamp>> ListStampsAsync(DateTimeOffset before, CancellationToken cancellationToken) => documents.AskAsync(collection, async rows =>
    {
        var fields = Builders<BsonDocument>.Projection.Include("name").Include(versionField).Include("stamp").Include("writtenAt");
        var found = await rows.Find(MongoDocuments.Where.Lt("writtenAt", before.ToUnixTimeMilliseconds())).Project(fields).ToListAsync(cancellationToken).ConfigureAwait(false);
        return found.Select(row => new DocumentStamp(row["name"].AsString, string.Create(CultureInfo.InvariantCulture, $"{BsonTypeMapper.MapToDotNetValue(row[versionField])}"),
            Guid.ParseExact(row["stamp"].AsString, "N"), DateTimeOffset.FromUnixTimeMilliseconds(row["writtenAt"].AsInt64))).ToImmutableArray();
    }, cancellationToken);

    public Task<bool> DeleteAsync(DocumentStamp stamp, BsonValue version, CancellationToken cancellationToken) => documents.AskAsync(collection, async rows =>
        (await rows.DeleteOneAsync(MongoDocuments.Where.And(Key(stamp.Name, version), MongoDocuments.Where.Eq("stamp", stamp.Stamp.ToString("N"))), cancellationToken).ConfigureAwait(false)).DeletedCount == 1, cancellationToken);

    private Task<BsonDocument?> FindAsync(FilterDefinition<BsonDocument> key, CancellationToken cancellationToken) =>
        documents.AskAsync(collection, async rows => (BsonDocument?)await rows.Find(key).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false), cancellationToken);

    private FilterDefinition<BsonDocument> Key(string name, BsonValue version) => MongoDocuments.Where.And(MongoDocuments.Where.Eq("name", name), MongoDocuments.Where.Eq(versionField, version));

    private static UpdateDefinition<BsonDocument> Set(BsonDocument values) => new BsonDocument("$set", values);

    private static T? Read(BsonDocument? row) => row is null ? null : DomainJson.Read<T>(Encoding.UTF8.GetBytes(row["document"].AsString));

    /// <summary>A hash over all but the time, by which two attempts at the same are known.</summary>
    private static string ContentOf(string json)
    {
        var content = JsonNode.Parse(json)!.AsObject();
        content.Remove("createdAt");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToJsonString())));
    }
}
