using Ccm.Engine.Documents;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.Leadership;
using Ccm.Engine.Lifecycle;
using Ccm.Engine.State;
using Ccm.Engine.State.Embedded;
using Ccm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Lifecycle;

/// <summary>Documents that were written and never published go; what a pointer names, or may yet name, stays.</summary>
public sealed class DocumentSweepTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _clock = new();
    private EmbeddedDatabase _database = null!;
    private SqliteStateStore _store = null!;
    private SqliteDefinitionDocuments _definitions = null!;
    private LeaderTerm _term = null!;
    private DocumentSweep _sweep = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = EmbeddedDatabase.Open(_directory.Path);
        _store = new SqliteStateStore(_database, TimeProvider.System);
        _definitions = new SqliteDefinitionDocuments(_database, _clock);
        var lease = await _store.GrantLeaseAsync(TimeSpan.FromMinutes(5), Cancellation);
        var created = (CommitResult.Committed)await _store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.ControllerLeader, "{}"u8.ToArray(), lease.Id)] }, Cancellation);
        _term = new LeaderTerm(new StateGuard.Created(StateKeys.ControllerLeader, created.Revision), _clock.GetUtcNow(), lease, Cancellation);
        _sweep = new DocumentSweep(_store, _definitions, new SqliteTemplateDocuments(_database, _clock), _clock, NullLogger<DocumentSweep>.Instance);
    }

    [Fact]
    public async Task Sweep_OfAnUnpublishedDocument_RemovesItAndMakesEarlierAttemptsFail()
    {
        await WriteAsync("orphan", "1.0.0");
        await WriteAsync("lab", "1.0.0");
        await WriteAsync("lab", "2.0.0");
        var pointer = new DefinitionPointer { Versions = [new PublishedVersion("1.0.0", "aa", _clock.GetUtcNow(), "admin")] };
        await _store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.Definition("lab"), DomainJson.Write(pointer))] }, Cancellation);
        var seen = (await _store.GetAsync(StateKeys.Definition("lab"), Cancellation))!;
        _clock.Jump(TimeSpan.FromMinutes(2));

        await _sweep.SweepAsync(_term);

        Assert.Null(await _definitions.FindAsync("orphan", "1.0.0", Cancellation));
        Assert.Null(await _definitions.FindAsync("lab", "2.0.0", Cancellation));
        Assert.NotNull(await _definitions.FindAsync("lab", "1.0.0", Cancellation));
        var late = await _store.CommitAsync(new StateTransaction
        {
            Guards = [new StateGuard.Modified(seen.Key, seen.ModRevision)],
            Puts = [new StatePut(seen.Key, seen.Value)],
        }, Cancellation);
        Assert.IsType<CommitResult.GuardFailed>(late);
        var never = await _store.CommitAsync(new StateTransaction
        {
            Guards = [new StateGuard.Modified(StateKeys.Definition("orphan"), 0)],
            Puts = [new StatePut(StateKeys.Definition("orphan"), seen.Value)],
        }, Cancellation);
        Assert.IsType<CommitResult.GuardFailed>(never);
    }

    [Fact]
    public async Task Sweep_OfAYoungDocument_LeavesIt()
    {
        await WriteAsync("young", "1.0.0");
        _clock.Jump(TimeSpan.FromSeconds(59));

        await _sweep.SweepAsync(_term);

        Assert.NotNull(await _definitions.FindAsync("young", "1.0.0", Cancellation));
    }

    [Fact]
    public async Task Sweep_OfATermThatIsOver_RemovesNothing()
    {
        await WriteAsync("orphan", "1.0.0");
        _clock.Jump(TimeSpan.FromMinutes(2));
        await _term.Lease.RevokeAsync(Cancellation);

        await _sweep.SweepAsync(_term);

        Assert.NotNull(await _definitions.FindAsync("orphan", "1.0.0", Cancellation));
    }

    [Fact]
    public async Task Sweep_PointerUnreadable_KeepsItsDocumentsAndRemovesOthers()
    {
        await WriteAsync("damaged", "1.0.0");
        await WriteAsync("orphan", "1.0.0");
        await _store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.Definition("damaged"), "{\"not\": this"u8.ToArray())] }, Cancellation);
        _clock.Jump(TimeSpan.FromMinutes(2));

        await _sweep.SweepAsync(_term);

        Assert.NotNull(await _definitions.FindAsync("damaged", "1.0.0", Cancellation));
        Assert.Null(await _definitions.FindAsync("orphan", "1.0.0", Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _database.Dispose();
        _directory.Dispose();
    }

    private Task<UpsertResult> WriteAsync(string name, string version) => _definitions.UpsertAsync(new LabletDefinition
    {
        Name = name,
        Version = version,
        LabSha256 = $"{name}-{version}",
        Resources = new LabResources(1, 1, 1, false),
        NodeCount = 1,
        LicensedNodeCount = 1,
        CreatedAt = _clock.GetUtcNow(),
        CreatedBy = "admin",
        OperationId = $"{name}-{version}",
    }, "lab", Cancellation);
}
