using System.Collections.Immutable;
using System.Text;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Microsoft.Data.Sqlite;

namespace Ccm.Engine.Documents.Embedded;

/// <summary>Definitions in the embedded file; each upsert is durable when it returns.</summary>
public sealed class SqliteDefinitionDocuments(EmbeddedDatabase database, TimeProvider time) : IDefinitionDocuments
{
    private readonly SqliteDocuments _documents = new(database);

    public Task<LabletDefinition?> FindAsync(string name, string version, CancellationToken cancellationToken) =>
        _documents.AskAsync(connection => Find(connection, name, version), cancellationToken);

    public Task<ImmutableArray<LabletDefinition>> FindManyAsync(IReadOnlyCollection<(string Name, string Version)> keys, CancellationToken cancellationToken) =>
        _documents.AskAsync(connection => keys.Select(key => Find(connection, key.Name, key.Version)).OfType<LabletDefinition>().ToImmutableArray(), cancellationToken);

    public Task<string?> ReadLabAsync(string name, string version, CancellationToken cancellationToken) => _documents.AskAsync(connection =>
    {
        using var command = SqliteDocuments.Command(connection, "SELECT lab FROM lablet_definitions WHERE name = $name AND version = $version", ("$name", name), ("$version", version));
        return (string?)command.ExecuteScalar();
    }, cancellationToken);

    public Task<UpsertResult> UpsertAsync(LabletDefinition definition, string labYaml, CancellationToken cancellationToken) => _documents.AskAsync(connection =>
    {
        using var command = SqliteDocuments.Command(connection, """
            INSERT INTO lablet_definitions VALUES ($name, $version, $sha256, $operation, $stamp, $writtenAt, $document, $lab)
            ON CONFLICT (name, version) DO UPDATE SET operation = $operation, sha256 = $sha256, stamp = $stamp, written_at = $writtenAt, lab = $lab,
                document = CASE WHEN json_remove(document, '$.createdAt') = json_remove($document, '$.createdAt') THEN document ELSE $document END
                WHERE written_at < $abandoned OR json_remove(document, '$.createdAt') = json_remove($document, '$.createdAt')
            """,
            ("$name", definition.Name), ("$version", definition.Version), ("$sha256", definition.LabSha256), ("$operation", definition.OperationId),
            ("$stamp", Guid.NewGuid().ToString("N")), ("$writtenAt", time.GetUtcNow().ToUnixTimeMilliseconds()),
            ("$abandoned", (time.GetUtcNow() - Unpublished.Abandoned).ToUnixTimeMilliseconds()),
            ("$document", Encoding.UTF8.GetString(DomainJson.Write(definition))), ("$lab", labYaml));
        return command.ExecuteNonQuery() == 1 ? UpsertResult.Written : UpsertResult.Different;
    }, cancellationToken);

    public Task<ImmutableArray<DocumentStamp>> ListStampsAsync(DateTimeOffset before, CancellationToken cancellationToken) => _documents.AskAsync(connection =>
    {
        using var command = SqliteDocuments.Command(connection, "SELECT name, version, stamp, written_at FROM lablet_definitions WHERE written_at < $before", ("$before", before.ToUnixTimeMilliseconds()));
        using var row = command.ExecuteReader();
        var stamps = ImmutableArray.CreateBuilder<DocumentStamp>();
        while (row.Read())
            stamps.Add(new DocumentStamp(row.GetString(0), row.GetString(1), Guid.ParseExact(row.GetString(2), "N"), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3))));
        return stamps.ToImmutable();
    }, cancellationToken);

    public Task<bool> DeleteAsync(DocumentStamp stamp, CancellationToken cancellationToken) =>
        _documents.DeleteAsync("lablet_definitions", "version", stamp, stamp.Version, cancellationToken);

    private static LabletDefinition? Find(SqliteConnection connection, string name, string version)
    {
        using var command = SqliteDocuments.Command(connection, "SELECT document FROM lablet_definitions WHERE name = $name AND version = $version", ("$name", name), ("$version", version));
        return command.ExecuteScalar() is string document ? DomainJson.Read<LabletDefinition>(Encoding.UTF8.GetBytes(document)) : null;
    }
}
