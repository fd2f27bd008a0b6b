using Ccm.Engine.Documents;
using Ccm.Engine.Documents.MongoDb;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Documents;

public sealed class MongoDocumentsTests(SharedMongo mongo) : DocumentsContract, IDisposable
{
    private readonly ManualTime _clock = new();
    private MongoDocuments? _documents;

    protected override async ValueTask<DocumentStores> OpenAsync()
    {
        _documents ??= new MongoDocuments(await mongo.NewDatabaseAsync(), 183, TimeProvider.System);
        return new DocumentStores(new MongoDefinitionDocuments(_documents, _clock), new MongoTemplateDocuments(_documents, _clock), new MongoAuditTrail(_documents), new MongoKeyDocuments(_documents), _clock);
    }

    public void Dispose() => _documents?.Dispose();
}
