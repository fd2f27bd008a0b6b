using Ccm.Engine.Documents;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Documents.MongoDb;
using Ccm.Engine.Embedded;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Control;

public sealed class SqlitePublishTests : PublishContract
{
    protected override Task<IDefinitionDocuments> OpenAsync(EmbeddedDatabase database) => Task.FromResult<IDefinitionDocuments>(new SqliteDefinitionDocuments(database, TimeProvider.System));
}

public sealed class MongoPublishTests(SharedMongo mongo) : PublishContract
{
    private MongoDocuments? _documents;

    protected override async Task<IDefinitionDocuments> OpenAsync(EmbeddedDatabase database)
    {
        _documents = new MongoDocuments(await mongo.NewDatabaseAsync(), auditDays: 183, TimeProvider.System);
        return new MongoDefinitionDocuments(_documents, TimeProvider.System);
    }

    protected override ValueTask CloseAsync()
    {
        _documents?.Dispose();
        return ValueTask.CompletedTask;
    }
}
