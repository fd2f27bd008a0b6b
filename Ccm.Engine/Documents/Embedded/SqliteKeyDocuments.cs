using System.Collections.Immutable;
using Ccm.Engine.Embedded;

namespace Ccm.Engine.Documents.Embedded;

/// <summary>Keys in the embedded file, which nobody but its owner may read.</summary>
public sealed class SqliteKeyDocuments(EmbeddedDatabase database) : IKeyDocuments
{
    private readonly SqliteDocuments _documents = new(database);

    public Task<ImmutableArray<KeyDocument>> ListAsync(KeyUse use, CancellationToken cancellationToken) => _documents.AskAsync(connection =>
    {
        using var command = SqliteDocuments.Command(connection, "SELECT name, text FROM keys WHERE used_for = $use", ("$use", use.ToString()));
        using var row = command.ExecuteReader();
        var keys = ImmutableArray.CreateBuilder<KeyDocument>();
        while (row.Read())
            keys.Add(new KeyDocument(row.GetString(0), row.GetString(1)));
        return keys.ToImmutable();
    }, cancellationToken);

    public Task AddAsync(KeyUse use, KeyDocument key, CancellationToken cancellationToken) => _documents.AskAsync(connection =>
    {
        using var command = SqliteDocuments.Command(connection, "INSERT INTO keys VALUES ($use, $name, $text) ON CONFLICT DO NOTHING", ("$use", use.ToString()), ("$name", key.Name), ("$text", key.Text));
        return command.ExecuteNonQuery();
    }, cancellationToken);
}
