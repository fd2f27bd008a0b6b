using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Tests.Components;
using Ccm.Tests.Domain;
using Ccm.Tests.Servers;
using Ccm.Tests.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccm.Tests.Auditing;

/// <summary>What the relay cannot move it leaves where it is, and goes on once it can: the rest of the engine never waits for it.</summary>
public sealed class AuditRelayTests : IDisposable
{
    private static readonly StateGuard NoFence = new StateGuard.Modified("/ccm/test", 0);
    private readonly TemporaryDirectory _folder = new();
    private readonly EmbeddedDatabase _database;
    private readonly MemoryStateStore _store = new();
    private readonly TimerLog _time = new();
    private readonly SqliteAuditTrail _trail;

    public AuditRelayTests()
    {
        _database = EmbeddedDatabase.Open(_folder.Path);
        _trail = new SqliteAuditTrail(_database);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{\"not\": this")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"operationId\":\"op-2\",\"events\":[{\"type\":\"ccm.test\"}]}")]
    public async Task Drain_OutboxEntryUnreadable_WaitsUntilItIsPutRightAndKeepsTheOrder(string value)
    {
        await PutAsync(StateKeys.OutboxEntry("op-1"), Entry("op-1"));
        await PutAsync(StateKeys.OutboxEntry("op-2"), System.Text.Encoding.UTF8.GetBytes(value));
        await PutAsync(StateKeys.OutboxEntry("op-3"), Entry("op-3"));

        await WaitsUntilAsync(() => PutAsync(StateKeys.OutboxEntry("op-2"), Entry("op-2")));

        Assert.Equal(["op-1", "op-3", "op-2"], (await _trail.ReadChainAsync(1, 10, Stop)).Select(audited => audited.OperationId));
    }

    [Theory]
    [InlineData("{\"not\": this")]
    [InlineData("{}")]
    public async Task Drain_HeadUnreadable_WaitsUntilItIsPutRight(string value)
    {
        await PutAsync(StateKeys.OutboxEntry("op-1"), Entry("op-1"));
        await PutAsync(StateKeys.AuditHead, System.Text.Encoding.UTF8.GetBytes(value));

        await WaitsUntilAsync(() => PutAsync(StateKeys.AuditHead, DomainJson.Write(AuditHead.Start)));

        Assert.Equal("op-1", Assert.Single(await _trail.ReadChainAsync(1, 10, Stop)).OperationId);
    }

    [Fact]
    public async Task Drain_SequenceTakenByAnother_WaitsUntilTheHeadIsPutRight()
    {
        var other = AuditChain.Link(AuditHead.Start, [(DomainJson.Read<OutboxEntry>(Entry("op-0")), 1)]);
        await _trail.AppendAsync(other, Stop);
        await PutAsync(StateKeys.OutboxEntry("op-1"), Entry("op-1"));

        await WaitsUntilAsync(() => PutAsync(StateKeys.AuditHead, DomainJson.Write(new AuditHead(1, other[0].Hash))));

        Assert.Equal(["op-0", "op-1"], (await _trail.ReadChainAsync(1, 10, Stop)).Select(audited => audited.OperationId));
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    private async Task WaitsUntilAsync(Func<Task> mend)
    {
        using var cache = new WatchCache(_store, TimeProvider.System, NullLogger<WatchCache>.Instance);
        var relay = new AuditRelay(_store, _trail, cache, _time, NullLogger<AuditRelay>.Instance);
        var draining = relay.DrainAsync(NoFence, Stop);
        await Task.WhenAny(draining, _time.SetAsync());
        Assert.False(draining.IsCompleted, draining.Exception?.ToString());

        await mend();
        _time.Advance(TimeSpan.FromSeconds(1));
        await draining.OrLate();

        Assert.Empty((await _store.ListAsync(StateKeys.Outbox, 0, Stop)).Entries);
    }

    private static byte[] Entry(string id) => DomainJson.Write(new OutboxEntry(id, null, [new OutboxEvent("ccm.test", "instances/i-1", Sample.Now, "user", JsonSerializer.SerializeToElement(new { reason = id }))]));

    private Task PutAsync(string key, byte[] value) => _store.CommitAsync(new StateTransaction { Puts = [new StatePut(key, value)] }, Stop);
}
