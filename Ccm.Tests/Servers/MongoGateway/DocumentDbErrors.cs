using MongoDB.Bson;
using Npgsql;

namespace Ccm.Tests.Servers.MongoGateway;

/// <summary>PostgreSQL's SQLSTATEs as MongoDB's error codes, without which a driver would not know a duplicate key.</summary>
internal static class DocumentDbErrors
{
    private const int WriteConflict = 112;

    private static readonly Dictionary<string, (int Code, string Name)> Known = new()
    {
        ["M0001"] = (2, "BadValue"),
        ["M0003"] = (9, "FailedToParse"),
        ["M0004"] = (14, "TypeMismatch"),
        ["M0008"] = (26, "NamespaceNotFound"),
        ["M0009"] = (27, "IndexNotFound"),
        ["M000E"] = (43, "CursorNotFound"),
        ["M000F"] = (48, "NamespaceExists"),
        ["M000M"] = (66, "ImmutableField"),
        ["M000P"] = (72, "InvalidOptions"),
        ["M000R"] = (85, "IndexOptionsConflict"),
        ["M000S"] = (86, "IndexKeySpecsConflict"),
        ["M000U"] = (115, "CommandNotSupported"),
        ["M001B"] = (10334, "BSONObjectTooLarge"),
        ["M001C"] = (11000, "DuplicateKey"),
        [PostgresErrorCodes.UniqueViolation] = (11000, "DuplicateKey"),
        [PostgresErrorCodes.ExclusionViolation] = (11000, "DuplicateKey"),
        [PostgresErrorCodes.DeadlockDetected] = (WriteConflict, "WriteConflict"),
        [PostgresErrorCodes.QueryCanceled] = (50, "MaxTimeMSExpired"),
    };

    /// <summary>The answer to a command that failed.</summary>
    public static BsonDocument Failed(PostgresException error)
    {
        var (code, name) = Map(error.SqlState);
        return Failed(code, name, $"{error.MessageText} ({error.SqlState})");
    }

    public static BsonDocument Failed(int code, string name, string message) => new() { ["ok"] = 0.0, ["errmsg"] = message, ["code"] = code, ["codeName"] = name };

    /// <summary>Puts MongoDB's codes into <c>writeErrors</c>, where the engine packs a SQLSTATE into the number.</summary>
    public static BsonDocument WithCodes(BsonDocument result)
    {
        if (result.TryGetValue("writeErrors", out var errors))
        {
            foreach (var error in errors.AsBsonArray.Select(value => value.AsBsonDocument))
                error["code"] = Map(Unpack(error["code"].ToInt32())).Code;
        }
        return result;
    }

    /// <summary>Of a single statement: it was undone whole.</summary>
    public static bool IsWriteConflict(BsonDocument result) => result.TryGetValue("writeErrors", out var errors) && errors.AsBsonArray.Any(error => error["code"] == WriteConflict);

    private static (int Code, string Name) Map(string state) => Known.GetValueOrDefault(state, (1, "InternalError"));

    /// <summary>Six bits a character, counted from '0', the first character lowest.</summary>
    private static string Unpack(int packed) => string.Concat(Enumerable.Range(0, 5).Select(n => (char)('0' + ((packed >> (6 * n)) & 0x3F))));
}
