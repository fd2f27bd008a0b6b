using System.Collections.Immutable;
using Ccm.Engine.Domain;
using MongoDB.Bson;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>Definitions on MongoDB, with the lab's text beside each.</summary>
public sealed class MongoDefinitionDocuments(MongoDocuments documents, TimeProvider time) : IDefinitionDocuments
{
    private readonly MongoRevisions<LabletDefinition> _revisions = new(documents, time, "lablet_definitions", "version");

    public Task<LabletDefinition?> FindAsync(string name, string version, CancellationToken cancellationToken) => _revisions.FindAsync(name, version, cancellationToken);

    public Task<ImmutableArray<LabletDefinition>> FindManyAsync(IReadOnlyCollection<(string Name, string Version)> keys, CancellationToken cancellationToken) =>
        _revisions.FindManyAsync(keys.Select(key => (key.Name, (BsonValue)key.Version)), cancellationToken);

    public Task<string?> ReadLabAsync(string name, string version, CancellationToken cancellationToken) => _revisions.ReadLabAsync(name, version, cancellationToken);

    public Task<UpsertResult> UpsertAsync(LabletDefinition definition, string labYaml, CancellationToken cancellationToken) =>
        _revisions.UpsertAsync(definition.Name, definition.Version, definition, labYaml, cancellationToken);

    public Task<ImmutableArray<DocumentStamp>> ListStampsAsync(DateTimeOffset before, CancellationToken cancellationToken) => _revisions.ListStampsAsync(before, cancellationToken);

    public Task<bool> DeleteAsync(DocumentStamp stamp, CancellationToken cancellationToken) => _revisions.DeleteAsync(stamp, stamp.Version, cancellationToken);
}
