using Microsoft.Data.Sqlite;

namespace Ccm.Engine.State.Embedded;

/// <summary>
/// Applies transactions one by one, each at a revision of its own, and makes all that wait durable together. Only the writer loop calls
/// it.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const string Select = "SELECT key, mod, created, version, lease, value FROM state WHERE key = $key ORDER BY mod DESC LIMIT 1";
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _read;
    private readonly SqliteCommand _write;
    private SqliteTransaction? _open;

    public SqliteWriter(SqliteConnection connection)
    {
        _connection = connection;
        SqliteSchema.Create(connection);
        Revision = SqliteSchema.Meta(connection, "revision");
        _read = SqliteSchema.Command(connection, null, Select, ("$key", ""));
        _write = SqliteSchema.Command(connection, null, "INSERT INTO state VALUES ($key, $mod, $created, $version, $lease, $value)",
            ("$key", ""), ("$mod", 0L), ("$created", 0L), ("$version", 0L), ("$lease", 0L), ("$value", DBNull.Value));
    }

    public long Revision { get; private set; }

    public void Begin()
    {
        _open = _connection.BeginTransaction();
        _read.Transaction = _open;
        _write.Transaction = _open;
    }

    /// <summary>Everything since <see cref="Begin"/> is on disk when it returns.</summary>
    public void Commit()
    {
        SqliteSchema.SetMeta(_connection, _open!, "revision", Revision);
        _open!.Commit();
        _open.Dispose();
        _open = null;
    }

    /// <summary>Nothing since <see cref="Begin"/> has happened.</summary>
    public void Rollback(long revision)
    {
        Revision = revision;
        _open?.Dispose();
        _open = null;
    }

    /// <summary>False, and nothing written, when a guard does not hold. Nothing to change makes no revision.</summary>
    public bool Apply(StateTransaction transaction)
    {
        foreach (var guard in transaction.Guards)
        {
            var entry = Find(guard.Key);
            var holds = guard switch
            {
                StateGuard.Modified modified => (entry?.ModRevision ?? 0) == modified.Revision,
                StateGuard.Created created => (entry?.CreateRevision ?? 0) == created.Revision,
                _ => throw new InvalidTransactionException($"Unknown guard {guard}."),
            };
            if (!holds)
                return false;
        }
        var next = Revision + 1;
        var changed = transaction.Puts.Length > 0;
        foreach (var put in transaction.Puts)
        {
            var known = Find(put.Key);
            Write(put.Key, next, known?.CreateRevision ?? next, (known?.Version ?? 0) + 1, put.LeaseId, put.Value.ToArray());
        }
        foreach (var key in transaction.Deletes)
        {
            if (Find(key) is null)
                continue;
            Write(key, next, 0, 0, 0, null);
            changed = true;
        }
        if (changed)
            Revision = next;
        return true;
    }

    /// <summary>Deletes every key bound to a lease, or to any when null, at one revision of their own.</summary>
    public void DeleteLeased(long? leaseId)
    {
        var keys = FindLeased(leaseId);
        foreach (var key in keys)
            Write(key, Revision + 1, 0, 0, 0, null);
        if (keys.Count > 0)
            Revision++;
    }

    /// <summary>Keeps, of every key, what stood at <paramref name="revision"/> and all since, its own deletions included.</summary>
    /// <exception cref="StateFutureRevisionException">Not reached yet.</exception>
    /// <exception cref="StateCompactedException">Done already.</exception>
    public void Compact(long revision)
    {
        if (revision > Revision)
            throw new StateFutureRevisionException(revision);
        using var transaction = _connection.BeginTransaction();
        var compacted = SqliteSchema.Meta(_connection, "compacted", transaction);
        if (revision <= compacted)
            throw new StateCompactedException(compacted);
        using var superseded = SqliteSchema.Command(_connection, transaction, """
            DELETE FROM state WHERE mod < $revision AND (value IS NULL OR mod < (SELECT MAX(mod) FROM state newer WHERE newer.key = state.key AND newer.mod <= $revision))
            """, ("$revision", revision));
        superseded.ExecuteNonQuery();
        SqliteSchema.SetMeta(_connection, transaction, "compacted", revision);
        transaction.Commit();
    }

    public void Dispose()
    {
        _read.Dispose();
        _write.Dispose();
        _open?.Dispose();
        _connection.Dispose();
    }

    private List<string> FindLeased(long? leaseId)
    {
        using var command = SqliteSchema.Command(_connection, _open, """
            SELECT key FROM state s WHERE lease <> 0 AND ($lease IS NULL OR lease = $lease) AND mod = (SELECT MAX(mod) FROM state WHERE key = s.key) ORDER BY key
            """, ("$lease", leaseId ?? (object)DBNull.Value));
        using var row = command.ExecuteReader();
        var keys = new List<string>();
        while (row.Read())
            keys.Add(row.GetString(0));
        return keys;
    }

    private StateEntry? Find(string key)
    {
        _read.Parameters[0].Value = key;
        using var row = _read.ExecuteReader();
        return row.Read() && !row.IsDBNull(5) ? SqliteSchema.ReadEntry(row) : null;
    }

    private void Write(string key, long mod, long created, long version, long lease, byte[]? value)
    {
        _write.Parameters[0].Value = key;
        _write.Parameters[1].Value = mod;
        _write.Parameters[2].Value = created;
        _write.Parameters[3].Value = version;
        _write.Parameters[4].Value = lease;
        _write.Parameters[5].Value = value ?? (object)DBNull.Value;
        _write.ExecuteNonQuery();
    }
}
