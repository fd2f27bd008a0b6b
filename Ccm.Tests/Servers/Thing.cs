using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Driver;

namespace Ccm.Tests.Servers;

/// <summary>A document to try a MongoDB with.</summary>
internal sealed record Thing(string Id, int Size, string[]? Tags = null)
{
    public string[] Tags { get; init; } = Tags ?? [];

    public string Name { get; init; } = Id;

    [BsonRepresentation(BsonType.DateTime)]
    public DateTime At { get; init; } = DateTime.UnixEpoch;

    /// <summary>A collection in a new database.</summary>
    public static async Task<IMongoCollection<Thing>> OpenAsync(SharedMongo mongo)
    {
        var url = new MongoUrl(await mongo.NewDatabaseAsync());
        return new MongoClient(url).GetDatabase(url.DatabaseName).GetCollection<Thing>("things");
    }
}
