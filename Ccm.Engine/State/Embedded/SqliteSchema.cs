using Microsoft.Data.Sqlite;

namespace Ccm.Engine.State.Embedded;

/// <summary>Every revision of every key, as etcd keeps them; a row without a value is a deletion.</summary>
internal static class SqliteSchema
{
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS state (
            key TEXT NOT NULL, mod INTEGER NOT NULL, created INTEGER NOT NULL, version INTEGER NOT NULL, lease INTEGER NOT NULL, value BLOB,
            PRIMARY KEY (key, mod)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS state_by_mod ON state (mod);
        CREATE INDEX IF NOT EXISTS state_by_lease ON state (lease) WHERE lease <> 0;
        CREATE TABLE IF NOT EXISTS state_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT OR IGNORE INTO state_meta VALUES ('revision', 1), ('compacted', 0), ('lease', 0);
        """;

    public static void Create(SqliteConnection connection) => Execute(connection, Tables);

    public static long Meta(SqliteConnection connection, string name, SqliteTransaction? transaction = null)
    {
        using var command = Command(connection, transaction, "SELECT value FROM state_meta WHERE name = $name", ("$name", name));
        return (long)command.ExecuteScalar()!;
    }

    public static void SetMeta(SqliteConnection connection, SqliteTransaction transaction, string name, long value)
    {
        using var command = Command(connection, transaction, "UPDATE state_meta SET value = $value WHERE name = $name", ("$name", name), ("$value", value));
        command.ExecuteNonQuery();
    }

    public static SqliteCommand Command(SqliteConnection connection, SqliteTransaction? transaction, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }

    public static StateEntry ReadEntry(SqliteDataReader row) =>
        new(row.GetString(0), row.GetFieldValue<byte[]>(5), row.GetInt64(2), row.GetInt64(1), row.GetInt64(3), row.GetInt64(4));

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
