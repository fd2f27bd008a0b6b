using System.Collections.Immutable;
using Ccm.Engine.Embedded;
using Microsoft.Data.Sqlite;

namespace Ccm.Engine.State.Embedded;

/// <summary>Reads the state table, each time on a connection of its own; what SQLite cannot do, as when files run out, is an outage to the caller.</summary>
internal sealed class SqliteReader(EmbeddedDatabase database)
{
    private const string AtRevision = """
        SELECT key, mod, created, version, lease, value FROM state s
        WHERE key >= $from AND key < $until AND value IS NOT NULL
            AND mod = (SELECT MAX(mod) FROM state WHERE key = s.key AND mod <= $revision)
        ORDER BY key
        """;

    public StateEntry? Get(string key) => Ask(connection =>
    {
        using var command = SqliteSchema.Command(connection, null, "SELECT key, mod, created, version, lease, value FROM state WHERE key = $key ORDER BY mod DESC LIMIT 1", ("$key", key));
        using var row = command.ExecuteReader();
        return row.Read() && !row.IsDBNull(5) ? SqliteSchema.ReadEntry(row) : null;
    });

    public StateList List(string prefix, long revision) => Ask(connection =>
    {
        using var transaction = connection.BeginTransaction(deferred: true);
        var newest = SqliteSchema.Meta(connection, "revision", transaction);
        if (revision > newest)
            throw new StateFutureRevisionException(revision);
        var compacted = SqliteSchema.Meta(connection, "compacted", transaction);
        if (revision > 0 && revision < compacted)
            throw new StateCompactedException(compacted);
        var at = revision > 0 ? revision : newest;
        using var command = SqliteSchema.Command(connection, transaction, AtRevision, ("$from", prefix), ("$until", prefix + "\U0010FFFF"), ("$revision", at));
        using var row = command.ExecuteReader();
        var entries = ImmutableArray.CreateBuilder<StateEntry>();
        while (row.Read())
            entries.Add(SqliteSchema.ReadEntry(row));
        return new StateList(at, entries.ToImmutable());
    });

    /// <exception cref="StateCompactedException">As seen in the same read, so that nothing vanishes between the look and the reading.</exception>
    public List<StateBatch> History(string prefix, long from, long upTo) => Ask(connection =>
    {
        using var transaction = connection.BeginTransaction(deferred: true);
        var compacted = SqliteSchema.Meta(connection, "compacted", transaction);
        if (from < compacted)
            throw new StateCompactedException(compacted);
        using var command = SqliteSchema.Command(connection, transaction, """
            SELECT key, mod, created, version, lease, value FROM state
            WHERE mod >= $from AND mod <= $upTo AND key >= $first AND key < $until ORDER BY mod, key
            """, ("$from", from), ("$upTo", upTo), ("$first", prefix), ("$until", prefix + "\U0010FFFF"));
        using var row = command.ExecuteReader();
        var batches = new List<StateBatch>();
        var events = ImmutableArray.CreateBuilder<StateEvent>();
        var revision = 0L;
        while (row.Read())
        {
            if (row.GetInt64(1) != revision && events.Count > 0)
                batches.Add(new StateBatch(revision, events.DrainToImmutable()));
            revision = row.GetInt64(1);
            events.Add(new StateEvent(row.GetString(0), row.IsDBNull(5) ? null : SqliteSchema.ReadEntry(row)));
        }
        if (events.Count > 0)
            batches.Add(new StateBatch(revision, events.DrainToImmutable()));
        return batches;
    });

    public StateStoreStatus Status(long revision) => Ask(connection =>
    {
        using var command = SqliteSchema.Command(connection, null, "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");
        return new StateStoreStatus(connection.ServerVersion, revision, SqliteSchema.Meta(connection, "compacted"), (long)command.ExecuteScalar()!, null, []);
    });

    private T Ask<T>(Func<SqliteConnection, T> ask)
    {
        try
        {
            using var connection = database.Connect();
            return ask(connection);
        }
        catch (SqliteException exception)
        {
            throw new StateStoreUnavailableException(exception.Message, exception);
        }
    }
}
