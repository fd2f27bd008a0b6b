using System.Collections.Immutable;
using System.Globalization;
using Ccm.Engine.Domain;
using MongoDB.Bson;

namespace Ccm.Engine.Documents.MongoDb;

/// <summary>Worker templates on MongoDB.</summary>
public sealed class MongoTemplateDocuments(MongoDocuments documents, TimeProvider time) : ITemplateDocuments
{
    private readonly MongoRevisions<WorkerTemplate> _revisions = new(documents, time, "worker_templates", "revision");

    public Task<WorkerTemplate?> FindAsync(string name, int revision, CancellationToken cancellationToken) => _revisions.FindAsync(name, revision, cancellationToken);

    public Task<ImmutableArray<WorkerTemplate>> FindManyAsync(IReadOnlyCollection<(string Name, int Revision)> keys, CancellationToken cancellationToken) =>
        _revisions.FindManyAsync(keys.Select(key => (key.Name, (BsonValue)key.Revision)), cancellationToken);

    public Task<UpsertResult> UpsertAsync(WorkerTemplate template, CancellationToken cancellationToken) =>
        _revisions.UpsertAsync(template.Name, template.Revision, template, null, cancellationToken);

    public Task<ImmutableArray<DocumentStamp>> ListStampsAsync(DateTimeOffset before, CancellationToken cancellationToken) => _revisions.ListStampsAsync(before, cancellationToken);

    public Task<bool> DeleteAsync(DocumentStamp stamp, CancellationToken cancellationToken) =>
        _revisions.DeleteAsync(stamp, int.Parse(stamp.Version, CultureInfo.InvariantCulture), cancellationToken);
}
