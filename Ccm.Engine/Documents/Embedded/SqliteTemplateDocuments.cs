using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Microsoft.Data.Sqlite;

namespace Ccm.Engine.Documents.Embedded;

/// <summary>Worker templates in the embedded file.</summary>
public sealed class SqliteTemplateDocuments(EmbeddedDatabase database, TimeProvider time) : ITemplateDocuments
{
    private readonly SqliteDocuments _documents = new(database);

    public Task<WorkerTemplate?> FindAsync(string name, int revision, CancellationToken cancellationToken) =>
        _documents.AskAsync(connection => Find(connection, name, revision), cancellationToken);

    public Task<ImmutableArray<WorkerTemplate>> FindManyAsync(IReadOnlyCollection<(string Name, int Revision)> keys, CancellationToken cancellationToken) =>
        _documents.AskAsync(connection => keys.Select(key => Find(connection, key.Name, key.Revision)).OfType<WorkerTemplate>().ToImmutableArray(), cancellationToken);

    public Task<UpsertResult> UpsertAsync(WorkerTemplate template, CancellationToken cancellationToken) => _documents.AskAsync(connection =>
    {
        using var command = SqliteDocuments.Command(connection, """
            INSERT INTO worker_templates VALUES ($name, $revision, $operation, $stamp, $writtenAt, $document)
            ON CONFLICT (name, revision) DO UPDATE SET operation = $operation, stamp = $stamp, written_at = $writtenAt,
                document = CASE WHEN json_remove(document, '$.createdAt') = json_remove($document, '$.createdAt') THEN document ELSE $document END
                WHERE written_at < $abandoned OR json_remove(document, '$.createdAt') = json_remove($document, '$.createdAt')
            """,
            ("$name", template.Name), ("$revision", template.Revision), ("$operation", template.OperationId), ("$stamp", Guid.NewGuid().ToString("N")),
            ("$writtenAt", time.GetUtcNow().ToUnixTimeMilliseconds()), ("$abandoned", (time.GetUtcNow() - Unpublished.Abandoned).ToUnixTimeMilliseconds()),
            ("$document", Encoding.UTF8.GetString(DomainJson.Write(template))));
        return command.ExecuteNonQuery() == 1 ? UpsertResult.Written : UpsertResult.Different;
    }, cancellationToken);

    public Task<ImmutableArray<DocumentStamp>> ListStampsAsync(DateTimeOffset before, CancellationToken cancellationToken) => _documents.AskAsync(connection =>
    {
        using var command = SqliteDocuments.Command(connection, "SELECT name, revision, stamp, written_at FROM worker_templates WHERE written_at < $before", ("$before", before.ToUnixTimeMilliseconds()));
        using var row = command.ExecuteReader();
        var stamps = ImmutableArray.CreateBuilder<DocumentStamp>();
        while (row.Read())
            stamps.Add(new DocumentStamp(row.GetString(0), row.GetInt32(1).ToString(CultureInfo.InvariantCulture), Guid.ParseExact(row.GetString(2), "N"), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3))));
        return stamps.ToImmutable();
    }, cancellationToken);

    public Task<bool> DeleteAsync(DocumentStamp stamp, CancellationToken cancellationToken) =>
        _documents.DeleteAsync("worker_templates", "revision", stamp, int.Parse(stamp.Version, CultureInfo.InvariantCulture), cancellationToken);

    private static WorkerTemplate? Find(SqliteConnection connection, string name, int revision)
    {
        using var command = SqliteDocuments.Command(connection, "SELECT document FROM worker_templates WHERE name = $name AND revision = $revision", ("$name", name), ("$revision", revision));
        return command.ExecuteScalar() is string document ? DomainJson.Read<WorkerTemplate>(Encoding.UTF8.GetBytes(document)) : null;
    }
}
