using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;

namespace Ccm.Tests.Documents;

public abstract partial class DocumentsContract
{
    [Fact]
    public async Task Trail_Appended_IsReadBothWaysAndVerifies()
    {
        var stores = await OpenAsync();
        var events = Events(5);
        await stores.Trail.AppendAsync(events, Cancellation);

        var chain = await stores.Trail.ReadChainAsync(1, 100, Cancellation);
        Assert.Equal([1, 2, 3, 4, 5], chain.Select(e => e.Sequence));
        Assert.Null(AuditChain.Verify(null, chain));
        Assert.Equal([3, 4], (await stores.Trail.ReadChainAsync(3, 2, Cancellation)).Select(e => e.Sequence));
        Assert.Equal([5, 4, 3, 2, 1], (await stores.Trail.QueryAsync(new AuditQuery(), Cancellation)).Select(e => e.Sequence));
        Assert.Equal(events[2].Data.GetRawText(), chain[2].Data.GetRawText());
        Assert.Equal(events[2].Time, chain[2].Time);
    }

    [Fact]
    public async Task Trail_AppendedAgain_StaysAsItIs()
    {
        var stores = await OpenAsync();
        var events = Events(4);
        await stores.Trail.AppendAsync(events[..2], Cancellation);
        await stores.Trail.AppendAsync(events, Cancellation);
        await stores.Trail.AppendAsync(events, Cancellation);

        Assert.Equal(4, (await stores.Trail.QueryAsync(new AuditQuery(), Cancellation)).Length);
    }

    [Fact]
    public async Task Trail_AForkOfTheChain_IsRefused()
    {
        var stores = await OpenAsync();
        await stores.Trail.AppendAsync(Events(3), Cancellation);
        var fork = Events(4, "fork");

        await Assert.ThrowsAsync<AuditConflictException>(() => stores.Trail.AppendAsync(fork[2..], Cancellation));

        var chain = await stores.Trail.ReadChainAsync(1, 100, Cancellation);
        Assert.Null(AuditChain.Verify(null, chain));
        Assert.Equal(Events(3).Select(e => e.Hash), chain.Select(e => e.Hash));
    }

    [Fact]
    public async Task Trail_Query_FindsByEachOfItsFields()
    {
        var stores = await OpenAsync();
        await stores.Trail.AppendAsync(Events(10), Cancellation);

        await AssertFound(stores, new AuditQuery(Subject: "instances/i-7"), 7);
        await AssertFound(stores, new AuditQuery(Type: "ccm.even"), 10, 8, 6, 4, 2);
        await AssertFound(stores, new AuditQuery(Actor: "third"), 9, 6, 3);
        await AssertFound(stores, new AuditQuery(OperationId: "operation-4"), 4);
        await AssertFound(stores, new AuditQuery(Text: "EVEN"), 10, 8, 6, 4, 2);
        Assert.Empty(await Sequences(stores, new AuditQuery(Text: ".*")));
        await AssertFound(stores, new AuditQuery(Text: "Number 7"), 7);
        await AssertFound(stores, new AuditQuery(Text: "é übung NUMBER 7"), 7);
        await AssertFound(stores, new AuditQuery(Text: "three", Limit: 2), 9, 6);
        await AssertFound(stores, new AuditQuery(Actor: "Ms Three"), 9, 6, 3);
        await AssertFound(stores, new AuditQuery(Subject: "instances/*", Type: "ccm.odd"), 9, 7, 5, 3, 1);
        await AssertFound(stores, new AuditQuery(Type: "ccm.*", Limit: 3), 10, 9, 8);
        Assert.Empty(await Sequences(stores, new AuditQuery(Subject: "instances/i-*")));
        Assert.Empty(await Sequences(stores, new AuditQuery(Type: "ccm.even.*")));
        Assert.Empty(await Sequences(stores, new AuditQuery(Actor: "ms three")));
        await AssertFound(stores, new AuditQuery(After: 8), 10, 9);
        await AssertFound(stores, new AuditQuery(After: 2, Before: 6, Type: "ccm.even"), 4);
        await AssertFound(stores, new AuditQuery(Before: 6, Limit: 2), 5, 4);
        await AssertFound(stores, new AuditQuery(From: At(5), Until: At(7)), 6, 5);
        await AssertFound(stores, new AuditQuery(Type: "ccm.even", Actor: "third", Until: At(8)), 6);
    }

    /// <summary>With those of before events told the way: one that may be repeated shows it, and any other is a person's.</summary>
    [Fact]
    public async Task Trail_Via_TellsPeopleRestAndTheEngineApart()
    {
        var stores = await OpenAsync();
        (string Actor, object Data)[] told =
        [
            ("admin", new { actorName = "rest", reason = "via rest" }), ("admin", new { via = "rest" }), ("old", new { requestHash = "5f" }), ("ccm/scheduler", new { reason = "Fits." }),
            ("ccm/controller", new { requestHash = "5f" }), ("ccm", new { }), ("ccm0", new { changes = new[] { new { via = "rest" } } }), ("nightly", new { via = "rest", requestHash = "5f" }),
        ];
        await stores.Trail.AppendAsync(AuditChain.Link(AuditHead.Start, told.Select((by, n) => (
            new OutboxEntry($"op-{n}", null, [new OutboxEvent("ccm.test", "instances/i-1", At(n), by.Actor, JsonSerializer.SerializeToElement(by.Data))]), n + 1L))), Cancellation);

        await AssertFound(stores, new AuditQuery(Via: AuditVia.Person), 7, 6, 1);
        await AssertFound(stores, new AuditQuery(Via: AuditVia.Rest), 8, 3, 2);
        await AssertFound(stores, new AuditQuery(Via: AuditVia.Engine), 5, 4);
        await AssertFound(stores, new AuditQuery(Via: AuditVia.Rest, Actor: "admin"), 2);
        await AssertFound(stores, new AuditQuery(Via: AuditVia.Person, Text: "REST", Before: 7), 1);
    }

    [Fact]
    public async Task Trail_Expired_ForgetsTheOldAndStillVerifies()
    {
        var stores = await OpenAsync();
        var events = Events(6);
        await stores.Trail.AppendAsync(events, Cancellation);

        await ExpireAsync(stores.Trail, Expiry);

        var chain = await stores.Trail.ReadChainAsync(1, 100, Cancellation);
        Assert.Equal([4, 5, 6], chain.Select(e => e.Sequence));
        Assert.Null(AuditChain.Verify(events[2], chain));
        Assert.Null(AuditChain.Verify(null, chain));
        await stores.Trail.AppendAsync(Events(7)[6..], Cancellation);
        Assert.Equal(7, (await stores.Trail.QueryAsync(new AuditQuery(Limit: 1), Cancellation))[0].Sequence);
    }

    /// <summary>Two replicas' events of one moment are committed in another order than their times: none may go before its predecessor.</summary>
    [Fact]
    public async Task Trail_ExpiredWhereTimesRunBack_LeavesNoHole()
    {
        var stores = await OpenAsync();
        var events = Chain(At(1), At(2), At(5), At(3), At(2), At(6));
        await stores.Trail.AppendAsync(events[..3], Cancellation);
        await stores.Trail.AppendAsync(events[3..], Cancellation);

        await ExpireAsync(stores.Trail, Expiry);

        var chain = await stores.Trail.ReadChainAsync(1, 100, Cancellation);
        Assert.Equal([3, 4, 5, 6], chain.Select(e => e.Sequence));
        Assert.Null(AuditChain.Verify(null, chain));
        Assert.Equal(events[4].Time, chain[2].Time);
    }

    private static async Task AssertFound(DocumentStores stores, AuditQuery query, params long[] sequences) => Assert.Equal(sequences, await Sequences(stores, query));

    private static async Task<long[]> Sequences(DocumentStores stores, AuditQuery query) =>
        [.. (await stores.Trail.QueryAsync(query, Cancellation)).Select(e => e.Sequence)];

    private static ImmutableArray<AuditEvent> Events(int count, string prefix = "operation") => AuditChain.Link(AuditHead.Start, Enumerable.Range(1, count).Select(n => (Entry(n, At(n), prefix), (long)n)));

    private static ImmutableArray<AuditEvent> Chain(params DateTimeOffset[] times) => AuditChain.Link(AuditHead.Start, times.Select((time, n) => (Entry(n + 1, time, "operation"), n + 1L)));

    private static OutboxEntry Entry(int n, DateTimeOffset time, string prefix) => new($"{prefix}-{n}", null,
    [
        new OutboxEvent(n % 2 == 0 ? "ccm.even" : "ccm.odd", $"instances/i-{n}", time, n % 3 == 0 ? "third" : "other",
            JsonSerializer.SerializeToElement(new { reason = $"{prefix} \"{n}\" É Übung number {n}", actorName = n % 3 == 0 ? "Ms Three" : "Other", nested = new { number = 1.50m, none = (string?)null } })),
    ]);
}
