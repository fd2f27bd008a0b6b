using System.Net;
using MongoDB.Driver;
using MongoDB.Driver.Core.Servers;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>What the driver's exceptions mean, in words for people.</summary>
internal static class MongoFailure
{
    private const int Unauthorized = 13;
    private const int AuthenticationFailed = 18;
    private const int IllegalOperation = 20;

    /// <summary>The driver's own texts run over a page, and quote the whole cluster.</summary>
    public static string Tell(Exception exception, IMongoClient client) => exception switch
    {
        _ when IsForSettings(exception) => Fix(exception),
        TimeoutException when client.Cluster.Description.Servers.Count == 0 => "MongoDB: no server of the replica set that ConnectionStrings:mongodb names is found.",
        TimeoutException => $"MongoDB: {string.Join("; ", client.Cluster.Description.Servers.Select(Tell))}.",
        MongoConnectionException { ConnectionId: { } connection } => $"MongoDB: {Tell(connection.ServerId.EndPoint)} does not answer ({Innermost(exception)}).",
        MongoWriteConcernException or MongoWriteException { WriteConcernError: not null } or MongoBulkWriteException { WriteConcernError: not null } =>
            "MongoDB: too few members of the replica set confirmed the write in time.",
        MongoCommandException { Code: IllegalOperation } when exception.Message.Contains("replica set", StringComparison.Ordinal) =>
            "ConnectionStrings:mongodb names a server that is no member of a replica set. Make it one, or add retryWrites=false for a try.",
        _ => $"MongoDB: {Innermost(exception)}",
    };

    /// <summary>Whether waiting cannot heal it: the settings name a user, a database or a server that will not do.</summary>
    public static bool IsForSettings(Exception exception) => exception is MongoAuthenticationException or MongoIncompatibleDriverException
        || exception is MongoCommandException { Code: Unauthorized or AuthenticationFailed } || (exception is MongoConnectionException { InnerException: { } inner } && IsForSettings(inner));

    /// <summary>Whether the server said nothing, as against something unwelcome.</summary>
    public static bool IsSilence(Exception exception) => exception is TimeoutException or MongoConnectionException && !IsForSettings(exception);

    private static string Fix(Exception exception) => exception switch
    {
        MongoIncompatibleDriverException => $"ConnectionStrings:mongodb names a server that is too old or too new: {exception.Message} Take MongoDB 4.4 or newer.",
        MongoCommandException { Code: Unauthorized } =>
            "ConnectionStrings:mongodb: the user may not do what CCM needs. Grant it readWrite on the database, and dbAdmin to let a change of Ccm:Retention:AuditDays take effect.",
        _ => "ConnectionStrings:mongodb: the server refuses the user or the password. Correct them; a user of another database needs authSource=….",
    };

    private static string Tell(ServerDescription server) => server switch
    {
        { HeartbeatException: { } failed } => $"{Tell(server.EndPoint)} does not answer ({Innermost(failed)})",
        { State: ServerState.Disconnected } => $"{Tell(server.EndPoint)} does not answer",
        _ => $"{Tell(server.EndPoint)} takes no writes ({server.Type})",
    };

    private static string Tell(EndPoint server) => server is DnsEndPoint named ? $"{named.Host}:{named.Port}" : $"{server}";

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception.Message.ReplaceLineEndings(" ");
    }
}
