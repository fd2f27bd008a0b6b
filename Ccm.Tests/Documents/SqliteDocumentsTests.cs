using System.Runtime.Versioning;
using Ccm.Engine.Documents;
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
            new SqliteDefinitionDocuments(_database, _clock), new SqliteTemplateDocuments(_database, _clock), new SqliteAuditTrail(_database), new SqliteKeyDocuments(_database), _clock));
    }

    protected override Task ExpireAsync(IAuditTrail trail, DateTimeOffset before) => trail.ExpireAsync(before, TestContext.Current.CancellationToken);

    [Fact]
    public async Task Documents_AfterTheFileWasClosedAndOpened_StandAsBefore()
    {
        var template = new WorkerTemplate { Name = "small", CpuCores = 8, MemoryGb = 64, StorageGb = 500, LicenseType = LicenseType.Personal };
        await (await OpenAsync()).Templates.UpsertAsync(template, TestContext.Current.CancellationToken);
        _database!.Dispose();
        _database = null;

        Assert.Equal(template, await (await OpenAsync()).Templates.FindAsync("small", 1, TestContext.Current.CancellationToken));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Files_WithKeysInThem_AreTheOwnersOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such file modes.");
        await (await OpenAsync()).Keys.AddAsync(KeyUse.DataProtection, new KeyDocument("first", "secret"), TestContext.Current.CancellationToken);

        var files = Directory.GetFiles(_directory.Path, "*", SearchOption.AllDirectories);

        Assert.Contains(files, file => Path.GetFileName(file) == "ccm.db");
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Dispose();
    }
}
