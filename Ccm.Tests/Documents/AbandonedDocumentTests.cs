using Ccm.Engine.Documents;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Tests.Domain;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Documents;

/// <summary>What an attempt that died left behind gives way after a while, and a fresh document never.</summary>
public sealed class AbandonedDocumentTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly EmbeddedDatabase _database;

    private static LabletDefinition Definition => new()
    {
        Name = "a",
        Version = "1.0.0",
        LabSha256 = "00",
        Resources = Sample.Request().Resources,
        NodeCount = 1,
        LicensedNodeCount = 1,
        CreatedAt = Sample.Now,
        CreatedBy = "a",
        OperationId = "first",
    };

    public AbandonedDocumentTests() => _database = EmbeddedDatabase.Open(_directory.Path);

    [Fact]
    public async Task Upsert_OtherOperation_IsRefusedUntilTheFirstIsAbandoned()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var documents = new SqliteDefinitionDocuments(_database, _time);
        var first = Definition;
        var second = first with { OperationId = "second", Description = "other" };

        Assert.Equal(UpsertResult.Written, await documents.UpsertAsync(first, "lab", cancellation));
        Assert.Equal(UpsertResult.Different, await documents.UpsertAsync(second, "lab", cancellation));
        Assert.Equal(UpsertResult.Different, await documents.UpsertAsync(first with { Description = "other body" }, "lab", cancellation));
        Assert.Equal(UpsertResult.Written, await documents.UpsertAsync(first with { CreatedAt = first.CreatedAt.AddSeconds(1) }, "lab", cancellation));
        Assert.Equal(first.CreatedAt, (await documents.FindAsync(first.Name, first.Version, cancellation))!.CreatedAt);

        _time.Jump(Unpublished.Abandoned + TimeSpan.FromSeconds(1));
        Assert.Equal(UpsertResult.Written, await documents.UpsertAsync(second, "second lab", cancellation));
        Assert.Equal("other", (await documents.FindAsync(first.Name, first.Version, cancellation))!.Description);
        Assert.Equal("second lab", await documents.ReadLabAsync(first.Name, first.Version, cancellation));
    }

    [Fact]
    public async Task Upsert_TemplateOfOtherOperation_IsRefusedUntilTheFirstIsAbandoned()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var documents = new SqliteTemplateDocuments(_database, _time);
        var first = Sample.Template() with { OperationId = "first" };
        var second = first with { OperationId = "second", Description = "other" };

        Assert.Equal(UpsertResult.Written, await documents.UpsertAsync(first, cancellation));
        Assert.Equal(UpsertResult.Different, await documents.UpsertAsync(second, cancellation));

        _time.Jump(Unpublished.Abandoned + TimeSpan.FromSeconds(1));
        Assert.Equal(UpsertResult.Written, await documents.UpsertAsync(second, cancellation));
        Assert.Equal("other", (await documents.FindAsync(first.Name, first.Revision, cancellation))!.Description);
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }
}
