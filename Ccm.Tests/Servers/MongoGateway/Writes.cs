using MongoDB.Bson;

namespace Ccm.Tests.Servers.MongoGateway;

/// <summary>
/// Insert, update and delete. The engine would run a command's statements in one transaction; here each has its own, as in MongoDB: one
/// that fails leaves those before it done, others see half a batch, and two batches never wait for each other in a circle.
/// </summary>
internal sealed class Writes(DocumentDb engine)
{
    public static readonly IReadOnlyDictionary<string, string> Statements = new Dictionary<string, string> { ["insert"] = "documents", ["update"] = "updates", ["delete"] = "deletes" };

    public async Task<BsonDocument> RunAsync(string name, string database, BsonDocument command, CancellationToken cancellation)
    {
        var (field, statements) = (Statements[name], command[Statements[name]].AsBsonArray);
        var ordered = command.GetValue("ordered", true).ToBoolean();
        var whole = new BsonDocument { ["ok"] = 1.0, ["n"] = 0 };
        for (var index = 0; index < statements.Count && !(ordered && whole.Contains("writeErrors")); index++)
        {
            command[field] = new BsonArray { statements[index] };
            Add(whole, await RunOneAsync(name, database, command, cancellation), index);
        }
        return whole;
    }

    /// <summary>A statement that lost against another is tried again, as MongoDB does by itself: two inserts may wait for each other between two unique indexes.</summary>
    private async Task<BsonDocument> RunOneAsync(string name, string database, BsonDocument command, CancellationToken cancellation)
    {
        while (true)
        {
            var result = DocumentDbErrors.WithCodes(await engine.QueryAsync(
                $"select documentdb_core.bson_to_bytea(p_result) from documentdb_api.{name}($1, documentdb_core.bson_from_bytea($2))", cancellation, database, command));
            if (!DocumentDbErrors.IsWriteConflict(result))
                return result;
        }
    }

    private static void Add(BsonDocument whole, BsonDocument result, int index)
    {
        foreach (var count in result.Where(element => element.Name is "n" or "nModified"))
            whole[count.Name] = whole.GetValue(count.Name, 0).ToInt32() + count.Value.ToInt32();
        foreach (var list in result.Where(element => element.Name is "upserted" or "writeErrors").ToArray())
        {
            if (!whole.Contains(list.Name))
                whole[list.Name] = new BsonArray();
            foreach (var entry in list.Value.AsBsonArray)
                whole[list.Name].AsBsonArray.Add(entry.AsBsonDocument.Set("index", index));
        }
    }
}
