using Ccm.Engine.Embedded;
using Microsoft.Data.Sqlite;

namespace Ccm.Engine.Documents.Embedded;

/// <summary>The document tables of the embedded file, and how they are asked; what SQLite cannot do is an outage to the caller.</summary>
internal sealed class SqliteDocuments
{
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS lablet_definitions (
            name TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL, operation TEXT NOT NULL, stamp TEXT NOT NULL, written_at INTEGER NOT NULL,
            document TEXT NOT NULL, lab TEXT NOT NULL, PRIMARY KEY (name, version)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS worker_templates (
            name TEXT NOT NULL, revision INTEGER NOT NULL, operation TEXT NOT NULL, stamp TEXT NOT NULL, written_at INTEGER NOT NULL,
            document TEXT NOT NULL, PRIMARY KEY (name, revision)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS audit_events (
            sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, subject TEXT NOT NULL, time INTEGER NOT NULL, actor TEXT NOT NULL,
            operation TEXT NOT NULL, revision INTEGER NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL, time_text TEXT NOT NULL, data TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS audit_by_subject ON audit_events (subject, sequence);
        CREATE INDEX IF NOT EXISTS audit_by_type ON audit_events (type, sequence);
        CREATE INDEX IF NOT EXISTS audit_by_actor ON audit_events (actor, sequence);
        CREATE INDEX IF NOT EXISTS audit_by_actor_name ON audit_events (json_extract(data, '$.actorName'), sequence);
        CREATE INDEX IF NOT EXISTS audit_by_operation ON audit_events (operation);
        CREATE INDEX IF NOT EXISTS audit_by_time ON audit_events (time);
        CREATE TABLE IF NOT EXISTS keys (used_for TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (used_for, name)) WITHOUT ROWID;
        """;

    private readonly EmbeddedDatabase _database;

    public SqliteDocuments(EmbeddedDatabase database)
    {
        _database = database;
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = Tables;
        command.ExecuteNonQuery();
    }

    public Task<T> AskAsync<T>(Func<SqliteConnection, T> ask, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using var connection = _database.Connect();
            return Task.FromResult(ask(connection));
        }
        catch (SqliteException exception)
        {
            throw new DocumentsUnavailableException(exception.Message, exception);
        }
    }

    public static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }

    /// <summary>Deletes the row if its stamp is still that one.</summary>
    public Task<bool> DeleteAsync(string table, string versionColumn, DocumentStamp stamp, object version, CancellationToken cancellationToken) => AskAsync(connection =>
    {
        using var command = Command(connection, $"DELETE FROM {table} WHERE name = $name AND {versionColumn} = $version AND stamp = $stamp",
            ("$name", stamp.Name), ("$version", version), ("$stamp", stamp.Stamp.ToString("N")));
        return command.ExecuteNonQuery() == 1;
    }, cancellationToken);
}
