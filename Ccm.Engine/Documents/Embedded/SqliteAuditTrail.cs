using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Ccm.Engine.Embedded;
using Microsoft.Data.Sqlite;

namespace Ccm.Engine.Documents.Embedded;

/// <summary>The audit trail in the embedded file. Data is kept as the text it was hashed from.</summary>
public sealed class SqliteAuditTrail(EmbeddedDatabase database) : IAuditTrail
{
    private const string Columns = "sequence, id, type, subject, time_text, actor, operation, revision, previous_hash, hash, data";
    private const string ActorName = "json_extract(data, '$.actorName')";
    private const string ByEngine = "(actor >= $engineFrom AND actor < $engineUntil)";
    private const string ByRest = "(json_extract(data, '$.via') IS 'rest' OR json_type(data, '$.requestHash') IS NOT NULL)";
    private static readonly string Searched = $"({string.Join(" OR ", new[] { "type", "subject", "actor", ActorName, "json_extract(data, '$.reason')" }.Select(text => $"holds({text}, $text)"))})";
    private readonly SqliteDocuments _documents = new(database);

    public Task AppendAsync(ImmutableArray<AuditEvent> events, CancellationToken cancellationToken) => _documents.AskAsync(connection =>
    {
        using var transaction = connection.BeginTransaction();
        // Read by SQLite once, not for each event.
        using var insert = SqliteDocuments.Command(connection, $"INSERT INTO audit_events VALUES ({string.Join(", ", Enumerable.Range(0, 12).Select(n => $"${n}"))}) ON CONFLICT DO NOTHING");
        insert.Transaction = transaction;
        foreach (var audited in events)
        {
            insert.Parameters.Clear();
            object[] values =
            [
                audited.Sequence, audited.Id, audited.Type, audited.Subject, audited.Time.ToUnixTimeMilliseconds(), audited.Actor, audited.OperationId, audited.Revision,
                audited.PreviousHash, audited.Hash, audited.Time.ToString("O", CultureInfo.InvariantCulture), audited.Data.GetRawText(),
            ];
            for (var n = 0; n < values.Length; n++)
                insert.Parameters.AddWithValue($"${n}", values[n]);
            if (insert.ExecuteNonQuery() == 1)
                continue;
            using var same = SqliteDocuments.Command(connection, "SELECT COUNT(*) FROM audit_events WHERE id = $id AND sequence = $sequence AND hash = $hash",
                ("$id", audited.Id), ("$sequence", audited.Sequence), ("$hash", audited.Hash));
            same.Transaction = transaction;
            if ((long)same.ExecuteScalar()! != 1)
                throw new AuditConflictException($"Event {audited.Id} or its sequence {audited.Sequence} is taken by another event.");
        }
        transaction.Commit();
        return true;
    }, cancellationToken);

    public Task<ImmutableArray<AuditEvent>> QueryAsync(AuditQuery query, CancellationToken cancellationToken) => _documents.AskAsync(connection =>
    {
        var conditions = new List<string> { "1 = 1" };
        using var command = connection.CreateCommand();
        // SQLite's own knows no capitals beyond ASCII.
        if (query.Text is not null)
            connection.CreateFunction("holds", (string? text, string sought) => text?.Contains(sought, StringComparison.OrdinalIgnoreCase) == true, isDeterministic: true);
        AddEither("subject", query.Subject);
        AddEither("type", query.Type);
        Add($"(actor = $actor OR {ActorName} = $actor)", "$actor", query.Actor);
        Add("operation = $operation", "$operation", query.OperationId);
        Add(Searched, "$text", query.Text);
        Add("time >= $from", "$from", query.From?.ToUnixTimeMilliseconds());
        Add("time < $until", "$until", query.Until?.ToUnixTimeMilliseconds());
        Add("sequence < $before", "$before", query.Before);
        Add("sequence > $after", "$after", query.After);
        AddVia();
        // What is found by an index's range is sorted by the index alone: only those that are answered are read whole.
        command.CommandText = $"SELECT {Columns} FROM audit_events WHERE sequence IN (SELECT sequence FROM audit_events WHERE {string.Join(" AND ", conditions)} ORDER BY sequence DESC LIMIT $limit) ORDER BY sequence DESC";
        command.Parameters.AddWithValue("$limit", query.Limit);
        return Read(command);

        void AddVia()
        {
            if (query.Via is not { } via)
                return;
            conditions.Add(via switch
            {
                AuditVia.Engine => ByEngine,
                AuditVia.Rest => $"NOT {ByEngine} AND {ByRest}",
                _ => $"NOT {ByEngine} AND NOT {ByRest}",
            });
            command.Parameters.AddWithValue("$engineFrom", AuditQuery.EngineIds.From);
            command.Parameters.AddWithValue("$engineUntil", AuditQuery.EngineIds.Until);
        }

        void AddEither(string column, string? value)
        {
            if (value is not null && AuditQuery.Beginning(value) is { } range)
            {
                Add($"{column} >= ${column}From", $"${column}From", range.From);
                Add($"{column} < ${column}Until", $"${column}Until", range.Until);
            }
            else
            {
                Add($"{column} = ${column}", $"${column}", value);
            }
        }

        void Add(string condition, string name, object? value)
        {
            if (value is null)
                return;
            conditions.Add(condition);
            command.Parameters.AddWithValue(name, value);
        }
    }, cancellationToken);

    public Task<ImmutableArray<AuditEvent>> ReadChainAsync(long fromSequence, int limit, CancellationToken cancellationToken) => _documents.AskAsync(connection =>
    {
        using var command = SqliteDocuments.Command(connection, $"SELECT {Columns} FROM audit_events WHERE sequence >= $from ORDER BY sequence LIMIT $limit", ("$from", fromSequence), ("$limit", limit));
        return Read(command);
    }, cancellationToken);

    public Task ExpireAsync(DateTimeOffset before, CancellationToken cancellationToken) => _documents.AskAsync(connection =>
    {
        using var command = SqliteDocuments.Command(connection,
            "DELETE FROM audit_events WHERE sequence < (SELECT COALESCE(MIN(sequence), (SELECT MAX(sequence) FROM audit_events)) FROM audit_events WHERE time >= $before)", ("$before", before.ToUnixTimeMilliseconds()));
        return command.ExecuteNonQuery();
    }, cancellationToken);

    private static ImmutableArray<AuditEvent> Read(SqliteCommand command)
    {
        using var row = command.ExecuteReader();
        var events = ImmutableArray.CreateBuilder<AuditEvent>();
        while (row.Read())
        {
            using var data = JsonDocument.Parse(row.GetString(10));
            events.Add(new AuditEvent(row.GetString(1), row.GetString(2), row.GetString(3),
                DateTimeOffset.ParseExact(row.GetString(4), "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind), row.GetString(5), data.RootElement.Clone(),
                row.GetString(6), row.GetInt64(7), row.GetInt64(0), row.GetString(8), row.GetString(9)));
        }
        return events.ToImmutable();
    }
}
