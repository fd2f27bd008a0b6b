using MongoDB.Driver;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>What <c>ConnectionStrings:mongodb</c> says, with those of the driver's defaults changed that lose writes or wait too long.</summary>
/// <param name="Database">Of the connection string, else <c>ccm</c>.</param>
internal sealed record MongoAddress(MongoClientSettings Settings, string Database)
{
    /// <summary>So long for a server that takes writes to be found.</summary>
    private static readonly TimeSpan Selection = TimeSpan.FromSeconds(4);

    /// <summary>So long for a majority to confirm a write, once a server has it.</summary>
    private static readonly TimeSpan Majority = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);

    /// <summary>The text may hold a password: it is never repeated, and neither is what the driver says of it.</summary>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public static MongoAddress Read(string uri)
    {
        try
        {
            var url = MongoUrl.Create(uri);
            var settings = MongoClientSettings.FromUrl(url);
            settings.ApplicationName ??= "ccm";
            settings.ServerSelectionTimeout = Least(settings.ServerSelectionTimeout, Selection);
            settings.ConnectTimeout = Least(settings.ConnectTimeout, Selection);
            settings.HeartbeatInterval = Least(settings.HeartbeatInterval, Heartbeat);
            settings.WriteConcern = WriteConcern.WMajority.With(wTimeout: Majority);
            settings.ReadConcern = ReadConcern.Majority;
            settings.ReadPreference = ReadPreference.Primary;
            return new MongoAddress(settings.Freeze(), url.DatabaseName ?? "ccm");
        }
        catch (Exception exception) when (exception is MongoException or FormatException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            throw new FormatException(
                "ConnectionStrings:mongodb cannot be read: give mongodb://user:password@host:27017,host:27017/ccm?replicaSet=name, or mongodb+srv://…; in user and password write @ as %40, : as %3A and / as %2F.");
        }
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
