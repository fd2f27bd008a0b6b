using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccm.Engine.Domain;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>One collection of immutable documents, unique on name and version.</summary>
internal sealed class MongoRevisions<T>(MongoDocuments documents, TimeProvider time, string collection, string versionField) where T : class
{
    private static readonly ProjectionDefinitionBuilder<BsonDocument> Fields = Builders<BsonDocument>.Projection;

    public async Task<T?> FindAsync(string name, BsonValue version, CancellationToken cancellationToken) =>
        (await FindManyAsync([(name, version)], cancellationToken).ConfigureAwait(false)).FirstOrDefault();

    public Task<ImmutableArray<T>> FindManyAsync(IEnumerable<(string Name, BsonValue Version)> keys, CancellationToken cancellationToken)
    {
        var filters = keys.Select(key => Key(key.Name, key.Version)).ToList();
        return filters.Count == 0 ? Task.FromResult(ImmutableArray<T>.Empty) : documents.AskAsync(collection, async (rows, token) =>
            (await rows.Find(MongoDocuments.Where.Or(filters)).Project(Fields.Include("document")).ToListAsync(token).ConfigureAwait(false)).Select(Read).ToImmutableArray(), cancellationToken);
    }

    public Task<string?> ReadLabAsync(string name, BsonValue version, CancellationToken cancellationToken) => documents.AskAsync(collection, async (rows, token) =>
        (await rows.Find(Key(name, version)).Project(Fields.Include("lab")).FirstOrDefaultAsync(token).ConfigureAwait(false))?["lab"].AsString, cancellationToken);

    public Task<UpsertResult> UpsertAsync(string name, BsonValue version, T document, string? lab, CancellationToken cancellationToken) => documents.AskAsync(collection, async (rows, token) =>
    {
        var json = JsonSerializer.SerializeToElement(document, DomainJson.Options);
        var now = time.GetUtcNow();
        var fresh = new BsonDocument { { "stamp", Guid.NewGuid().ToString("N") }, { "writtenAt", now.UtcDateTime }, { "lab", lab is null ? BsonNull.Value : lab } };
        var content = new BsonDocument { { "content", HashOf(json) }, { "document", BsonJson.Write(json) } };
        try
        {
            var row = new BsonDocument { { "_id", ObjectId.GenerateNewId() }, { "name", name }, { versionField, version } };
            await rows.InsertOneAsync(row.Merge(fresh).Merge(content), cancellationToken: token).ConfigureAwait(false);
            return UpsertResult.Written;
        }
        catch (MongoWriteException exception) when (MongoDocuments.IsDuplicate(exception))
        {
            // The same content stays, with a fresh stamp; other content gives way once it is abandoned.
            var same = Key(name, version) & MongoDocuments.Where.Eq("content", content["content"]);
            if ((await rows.UpdateOneAsync(same, Set(fresh), cancellationToken: token).ConfigureAwait(false)).MatchedCount == 1)
                return UpsertResult.Written;
            var abandoned = Key(name, version) & MongoDocuments.Where.Lt("writtenAt", (now - Unpublished.Abandoned).UtcDateTime);
            var update = await rows.UpdateOneAsync(abandoned, Set(fresh.Merge(content)), cancellationToken: token).ConfigureAwait(false);
            return update.MatchedCount == 1 ? UpsertResult.Written : UpsertResult.Different;
        }
    }, cancellationToken);

    public Task<ImmutableArray<DocumentStamp>> ListStampsAsync(DateTimeOffset before, CancellationToken cancellationToken) => documents.AskAsync(collection, async (rows, token) =>
    {
        var fields = Fields.Include("name").Include(versionField).Include("stamp").Include("writtenAt");
        var found = await rows.Find(MongoDocuments.Where.Lt("writtenAt", before.UtcDateTime)).Project(fields).ToListAsync(token).ConfigureAwait(false);
        return found.Select(row => new DocumentStamp(row["name"].AsString, string.Create(CultureInfo.InvariantCulture, $"{BsonTypeMapper.MapToDotNetValue(row[versionField])}"),
            Guid.ParseExact(row["stamp"].AsString, "N"), new DateTimeOffset(row["writtenAt"].ToUniversalTime(), TimeSpan.Zero))).ToImmutableArray();
    }, cancellationToken);

    public Task<bool> DeleteAsync(DocumentStamp stamp, BsonValue version, CancellationToken cancellationToken) => documents.AskAsync(collection, async (rows, token) =>
        (await rows.DeleteOneAsync(Key(stamp.Name, version) & MongoDocuments.Where.Eq("stamp", stamp.Stamp.ToString("N")), token).ConfigureAwait(false)).DeletedCount == 1, cancellationToken);

    private FilterDefinition<BsonDocument> Key(string name, BsonValue version) => MongoDocuments.Where.Eq("name", name) & MongoDocuments.Where.Eq(versionField, version);

    private static UpdateDefinition<BsonDocument> Set(BsonDocument values) => new BsonDocument("$set", values);

    private static T Read(BsonDocument row) => BsonJson.Read(row["document"]).Deserialize<T>(DomainJson.Options) ?? throw new JsonException($"{typeof(T).Name} is null.");

    /// <summary>Over all but the time: by it two attempts at the same are known.</summary>
    private static string HashOf(JsonElement document)
    {
        var content = JsonObject.Create(document)!;
        content.Remove("createdAt");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToJsonString())));
    }
}
