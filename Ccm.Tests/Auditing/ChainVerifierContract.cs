using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Tests.Components;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Auditing;

/// <summary>What a run over the whole trail finds, on each document store, with damage that is done behind its back.</summary>
public abstract class ChainVerifierContract : IAsyncDisposable
{
    private readonly MemoryStateStore _state = new();
    private readonly Progress _progress = new();

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected abstract IAuditTrail Trail { get; }

    /// <summary>Says in an event's data that the reason was another.</summary>
    protected abstract Task ChangeAsync(long sequence);

    protected abstract Task RemoveAsync(long sequence);

    /// <summary>Each stands where the other did.</summary>
    protected abstract Task SwapAsync(long one, long other);

    [Fact]
    public async Task Run_WholeChain_TellsItsEndsAndHowFarItIs()
    {
        var events = await WriteAsync(1200);

        var report = await RunAsync();

        Assert.Equal((null, 1200, 1L, 1200L), (report.Break, report.Checked, report.First!.Sequence, report.Last!.Sequence));
        Assert.Equal(events[^1].Hash, report.Last.Hash);
        Assert.Equal([new ChainProgress(1000, 1200), new(1200, 1200)], _progress.Reported);
    }

    [Fact]
    public async Task Run_NothingWritten_IsWhole() => Assert.Equal(new ChainReport(0, null, null, null), await RunAsync());

    [Fact]
    public async Task Run_OldestForgotten_IsWholeFromTheFirstThatIsKept()
    {
        await WriteAsync(6);
        await RemoveAsync(1);
        await RemoveAsync(2);

        var report = await RunAsync();

        Assert.Equal((null, 4, 3L), (report.Break, report.Checked, report.First!.Sequence));
        Assert.Equal([new ChainProgress(4, 4)], _progress.Reported);
    }

    [Fact]
    public async Task Run_EventChanged_NamesItAndWhatFitBefore()
    {
        var events = await WriteAsync(6);
        await ChangeAsync(4);

        var report = await RunAsync();

        Assert.Equal((3, 3L, 4L, events[3].Id), (report.Checked, report.Last!.Sequence, report.Break!.Sequence, report.Break.Event!.Id));
        Assert.Equal("Event 4 was changed after it was written.", report.Break.What);
        Assert.Contains("restore event 4", report.Break.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EventRemoved_NamesTheGap()
    {
        await WriteAsync(6);
        await RemoveAsync(3);
        await RemoveAsync(4);

        var broken = (await RunAsync()).Break!;

        Assert.Equal((5L, "Event 5 follows 2: some are missing between."), (broken.Sequence, broken.What));
        Assert.Contains("events 3 to 4", broken.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EventsReordered_IsFound()
    {
        await WriteAsync(6);
        await SwapAsync(2, 5);

        Assert.Equal(2, (await RunAsync()).Break!.Sequence);
    }

    [Fact]
    public async Task Run_EndRemoved_IsFound()
    {
        await WriteAsync(6);
        await RemoveAsync(6);
        await RemoveAsync(5);

        var broken = (await RunAsync()).Break!;

        Assert.Equal((5L, null), (broken.Sequence, broken.Event));
        Assert.Contains("ends with event 4, and the head names 6", broken.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AllRemoved_IsFound()
    {
        await WriteAsync(2);
        await RemoveAsync(1);
        await RemoveAsync(2);

        Assert.Contains("The trail is empty, and yet 2 events", (await RunAsync()).Break!.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, "forged", "not the one that the head names")]
    [InlineData(9, "ahead", "ends with event 6, and the head names 9")]
    [InlineData(4, null, "Event 5 stands behind the head, which names 4")]
    [InlineData(0, "", "Event 1 stands behind the head, which names 0")]
    public async Task Run_HeadForged_IsFound(long sequence, string? hash, string told)
    {
        var events = await WriteAsync(6);
        await PutHeadAsync(new AuditHead(sequence, hash ?? events[(int)sequence - 1].Hash));

        Assert.Contains(told, (await RunAsync()).Break!.What, StringComparison.Ordinal);
    }

    /// <summary>Whoever can write to the trail can also hash; they cannot move the head.</summary>
    [Fact]
    public async Task Run_EventsAddedByHand_AreFound()
    {
        var events = await WriteAsync(6);
        await Trail.AppendAsync(Link(events[^1], 1), Cancelled);

        Assert.Contains("Event 7 stands behind the head", (await RunAsync()).Break!.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EventsThatTheRelayIsWriting_AreNoBreak()
    {
        var events = await WriteAsync(6);
        var written = Link(events[^1], 2);
        await _state.CommitAsync(new StateTransaction { Puts = [.. written.Select(audited => new StatePut(StateKeys.OutboxEntry(audited.OperationId), "{}"u8.ToArray()))] }, Cancelled);
        await Trail.AppendAsync(written, Cancelled);

        var report = await RunAsync();

        Assert.Equal((null, 8L), (report.Break, report.Last!.Sequence));
    }

    [Fact]
    public async Task Run_WhileTheRelayGoesOn_IsWholeUpToTheNewHead()
    {
        var events = await WriteAsync(1000);
        var busy = new BusyTrail(Trail, async () =>
        {
            var written = Link(events[^1], 5);
            await Trail.AppendAsync(written, Cancelled);
            await PutHeadAsync(new AuditHead(written[^1].Sequence, written[^1].Hash));
        });

        var report = await new ChainVerifier(_state, busy).RunAsync(_progress, Cancelled);

        Assert.Equal((null, 1005L), (report.Break, report.Last!.Sequence));
    }

    [Fact]
    public async Task Run_RetentionGoesPastTheCheck_BeginsAnewAtTheOldestKept()
    {
        await WriteAsync(1200);
        BusyTrail busy = null!;
        busy = new BusyTrail(Trail, () =>
        {
            busy.OldestKept = 1101;
            return Task.CompletedTask;
        });

        var report = await new ChainVerifier(_state, busy).RunAsync(_progress, Cancelled);

        Assert.Equal((null, 100, 1101L, 1200L), (report.Break, report.Checked, report.First!.Sequence, report.Last!.Sequence));
    }

    [Theory]
    [InlineData("{\"sequence\": this")]
    [InlineData("null")]
    public async Task Run_HeadIsGarbage_IsABreak(string value)
    {
        await WriteAsync(2);
        await _state.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.AuditHead, System.Text.Encoding.UTF8.GetBytes(value))] }, Cancelled);

        Assert.StartsWith("The value of /ccm/audit/head cannot be read", (await RunAsync()).Break!.What, StringComparison.Ordinal);
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _state.DisposeAsync();
    }

    private Task<ChainReport> RunAsync() => new ChainVerifier(_state, Trail).RunAsync(_progress, Cancelled);

    private async Task<ImmutableArray<AuditEvent>> WriteAsync(int count)
    {
        var events = Link(null, count);
        // As many at once as the relay writes.
        foreach (var some in events.Chunk(100))
            await Trail.AppendAsync([.. some], Cancelled);
        await PutHeadAsync(new AuditHead(events[^1].Sequence, events[^1].Hash));
        return events;
    }

    private Task PutHeadAsync(AuditHead head) => _state.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.AuditHead, DomainJson.Write(head))] }, Cancelled);

    private static ImmutableArray<AuditEvent> Link(AuditEvent? last, int count) => AuditChain.Link(last is null ? AuditHead.Start : new AuditHead(last.Sequence, last.Hash),
        Enumerable.Range(1, count).Select(n => (new OutboxEntry($"op-{(last?.Sequence ?? 0) + n:00000}", null,
            [new OutboxEvent("ccm.test", $"instances/i-{n}", Sample.Now.AddMinutes(n), "admin", JsonSerializer.SerializeToElement(new { reason = $"r {n}", n }))]), (last?.Sequence ?? 0) + n)));

    private sealed class Progress : IProgress<ChainProgress>
    {
        public List<ChainProgress> Reported { get; } = [];

        public void Report(ChainProgress value) => Reported.Add(value);
    }

    /// <summary>Something happens after the first read.</summary>
    private sealed class BusyTrail(IAuditTrail trail, Func<Task> happens) : IAuditTrail
    {
        private Func<Task>? _happens = happens;

        /// <summary>What is older counts as forgotten.</summary>
        public long OldestKept { get; set; }

        public Task AppendAsync(ImmutableArray<AuditEvent> events, CancellationToken cancellationToken) => trail.AppendAsync(events, cancellationToken);

        public Task<ImmutableArray<AuditEvent>> QueryAsync(AuditQuery query, CancellationToken cancellationToken) => trail.QueryAsync(query, cancellationToken);

        public async Task<ImmutableArray<AuditEvent>> ReadChainAsync(long fromSequence, int limit, CancellationToken cancellationToken)
        {
            var events = await trail.ReadChainAsync(Math.Max(fromSequence, OldestKept), limit, cancellationToken);
            if (Interlocked.Exchange(ref _happens, null) is { } now)
                await now();
            return events;
        }

        public Task ExpireAsync(DateTimeOffset before, CancellationToken cancellationToken) => trail.ExpireAsync(before, cancellationToken);
    }
}
