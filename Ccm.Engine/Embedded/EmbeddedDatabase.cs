using Microsoft.Data.Sqlite;

namespace Ccm.Engine.Embedded;

/// <summary>
/// The one SQLite file of a data directory, held by one process at a time. A commit is on disk when it returns: write-ahead log,
/// synchronised in full; a killed process loses nothing that was acknowledged. It holds keys, so that only its owner may read it.
/// </summary>
public sealed class EmbeddedDatabase : IDisposable
{
    private readonly FileStream _lock;

    private EmbeddedDatabase(FileStream held, string file)
    {
        _lock = held;
        ConnectionString = new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWriteCreate, DefaultTimeout = 30 }.ToString();
    }

    public string ConnectionString { get; }

    /// <exception cref="InvalidOperationException">Another process holds the directory, or it cannot be written.</exception>
    public static EmbeddedDatabase Open(string directory)
    {
        var full = Path.GetFullPath(directory);
        FileStream held;
        try
        {
            Directory.CreateDirectory(full);
            held = OpenAlone(Path.Combine(full, "ccm.lock"));
            // SQLite gives the files that it puts beside this one the same rights.
            using var _ = OpenAlone(Path.Combine(full, "ccm.db"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"The data directory '{full}' is in use by another process or cannot be written. Stop that process, or set Ccm:DataDirectory to another directory. ({exception.Message})", exception);
        }
        var database = new EmbeddedDatabase(held, Path.Combine(full, "ccm.db"));
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL;";
        command.ExecuteNonQuery();
        return database;
    }

    /// <summary>An open connection of the caller's own.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000;";
        command.ExecuteNonQuery();
        return connection;
    }

    private static FileStream OpenAlone(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(file, options);
    }

    public void Dispose()
    {
        SqliteConnection.ClearPool(new SqliteConnection(ConnectionString));
        _lock.Dispose();
    }
}
