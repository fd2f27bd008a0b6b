using System.Collections.Concurrent;
using MongoDB.Bson;
using Npgsql;

namespace Ccm.Tests.Servers.MongoGateway;

/// <summary>MongoDB's commands as calls into the engine.</summary>
internal sealed class Commands(DocumentDb engine)
{
    private const string Spec = "documentdb_core.bson_from_bytea($2)";

    /// <summary>What drivers add to any command and the engine does not know. Sessions, and with them transactions, are not offered.</summary>
    private static readonly string[] Unknown = ["$db", "lsid", "$clusterTime", "txnNumber", "$readPreference", "writeConcern", "readConcern", "apiVersion", "apiStrict"];

    private static readonly Dictionary<string, string> OneDocument = new()
    {
        ["findAndModify"] = $"select documentdb_core.bson_to_bytea(p_result) from documentdb_api.find_and_modify($1, {Spec})",
        ["count"] = $"select documentdb_core.bson_to_bytea(document) from documentdb_api.count_query($1, {Spec})",
        ["distinct"] = $"select documentdb_core.bson_to_bytea(document) from documentdb_api.distinct_query($1, {Spec})",
        ["create"] = $"select documentdb_core.bson_to_bytea(documentdb_api.create_collection_view($1, {Spec}))",
        ["createIndexes"] = $"select documentdb_core.bson_to_bytea(documentdb_api_internal.create_indexes_non_concurrently($1, {Spec}, true))",
    };

    private static readonly Dictionary<string, string> FirstPage = new()
    {
        ["find"] = "find",
        ["aggregate"] = "aggregate",
        ["listCollections"] = "list_collections",
        ["listIndexes"] = "list_indexes",
    };

    private readonly Writes _writes = new(engine);
    private readonly ConcurrentDictionary<long, BsonDocument> _cursors = new();

    public async Task<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellation)
    {
        var name = command.GetElement(0).Name;
        var database = command.TryGetValue("$db", out var value) ? value.AsString : "admin";
        foreach (var field in Unknown)
            command.Remove(field);
        try
        {
            return await RunAsync(name, database, command, cancellation);
        }
        catch (PostgresException error)
        {
            return DocumentDbErrors.Failed(error);
        }
    }

    private async Task<BsonDocument> RunAsync(string name, string database, BsonDocument command, CancellationToken cancellation)
    {
        if (OneDocument.TryGetValue(name, out var sql))
            return await engine.QueryAsync(sql, cancellation, database, command);
        if (Writes.Statements.ContainsKey(name))
            return await _writes.RunAsync(name, database, command, cancellation);
        if (FirstPage.TryGetValue(name, out var function))
            return await OpenCursorAsync(function, database, command, cancellation);
        switch (name)
        {
            case "hello" or "isMaster" or "ismaster":
                return Hello();
            case "ping" or "endSessions":
                return Ok();
            case "buildInfo":
                return Ok().Add("version", "7.0.0").Add("versionArray", new BsonArray { 7, 0, 0, 0 });
            case "getMore":
                return await ContinueCursorAsync(database, command, cancellation);
            case "killCursors":
                foreach (var cursor in command["cursors"].AsBsonArray)
                    _cursors.TryRemove(cursor.ToInt64(), out _);
                return Ok().Add("cursorsKilled", command["cursors"]);
            case "collMod":
                return await engine.QueryAsync("select documentdb_core.bson_to_bytea(documentdb_api.coll_mod($1, $2, documentdb_core.bson_from_bytea($3)))", cancellation, database, command[0].AsString, command);
            case "drop":
                await engine.ExecuteAsync("select documentdb_api.drop_collection($1, $2)", cancellation, database, command[0].AsString);
                return Ok();
            case "dropDatabase":
                await engine.ExecuteAsync("select documentdb_api.drop_database($1)", cancellation, database);
                return Ok().Add("dropped", database);
            case "listDatabases":
                return await engine.QueryAsync("select documentdb_core.bson_to_bytea(documentdb_api.list_databases(documentdb_core.bson_from_bytea($1)))", cancellation, command);
            case "saslStart" or "authenticate":
                return DocumentDbErrors.Failed(18, "AuthenticationFailed", "Authentication failed.");
            default:
                return DocumentDbErrors.Failed(59, "CommandNotFound", $"no such command: '{name}'");
        }
    }

    private async Task<BsonDocument> OpenCursorAsync(string function, string database, BsonDocument command, CancellationToken cancellation)
    {
        var (page, continuation, cursor) = await engine.QueryPageAsync(
            $"select documentdb_core.bson_to_bytea(cursorpage), documentdb_core.bson_to_bytea(continuation), cursorid from documentdb_api.{function}_cursor_first_page($1, {Spec})",
            cancellation, database, command);
        if (continuation is not null)
            _cursors[cursor] = continuation;
        return page;
    }

    private async Task<BsonDocument> ContinueCursorAsync(string database, BsonDocument command, CancellationToken cancellation)
    {
        var cursor = command[0].ToInt64();
        if (!_cursors.TryRemove(cursor, out var continuation))
            return DocumentDbErrors.Failed(43, "CursorNotFound", $"cursor id {cursor} not found");
        var (page, next, _) = await engine.QueryPageAsync(
            $"select documentdb_core.bson_to_bytea(cursorpage), documentdb_core.bson_to_bytea(continuation) from documentdb_api.cursor_get_more($1, {Spec}, documentdb_core.bson_from_bytea($3))",
            cancellation, database, command, continuation);
        if (next is not null)
            _cursors[cursor] = next;
        return page;
    }

    /// <summary>A router of a sharded cluster: it is asked for no replica set and offers no sessions, which the engine has none of.</summary>
    private static BsonDocument Hello() => Ok().AddRange(new BsonDocument
    {
        ["isWritablePrimary"] = true,
        ["ismaster"] = true,
        ["msg"] = "isdbgrid",
        ["maxBsonObjectSize"] = 16 * 1024 * 1024,
        ["maxMessageSizeBytes"] = 48_000_000,
        ["maxWriteBatchSize"] = 25_000,
        ["minWireVersion"] = 0,
        ["maxWireVersion"] = 21,
        ["readOnly"] = false,
    });

    private static BsonDocument Ok() => new("ok", 1.0);
}
