using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Documents;

public sealed class SqliteDocumentsTests : DocumentsContract, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _clock = new();
    private EmbeddedDatabase? _database;

    protected override ValueTask<DocumentStores> OpenAsync()
    {
        _database ??= EmbeddedDatabase.Open(_directory.Path);
        return ValueTask.FromResult(new DocumentStores(
            new SqliteDefinitionDocuments(_database, _clock), new SqliteTemplateDocuments(_database, _clock), new SqliteAuditTrail(_database), _clock));
    }

    [Fact]
    public async Task Documents_AfterTheFileWasClosedAndOpened_StandAsBefore()
    {
        var template = new WorkerTemplate { Name = "small", CpuCores = 8, MemoryGb = 64, StorageGb = 500, LicenseType = LicenseType.Personal };
        await (await OpenAsync()).Templates.UpsertAsync(template, TestContext.Current.CancellationToken);
        _database!.Dispose();
        _database = null;

        Assert.Equal(template, await (await OpenAsync()).Templates.FindAsync("small", 1, TestContext.Current.CancellationToken));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Dispose();
    }
}
