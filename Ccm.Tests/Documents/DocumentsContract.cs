using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;

namespace Ccm.Tests.Documents;

/// <summary>What every document store promises; each runs it whole.</summary>
public abstract class DocumentsContract
{
    /// <summary>After so many days a trail forgets.</summary>
    protected const int AuditDays = 183;

    private static readonly string[] Before = ["1.0.0"];

    /// <summary>Events are an hour apart, with a tick beyond the millisecond; the fourth is the first that is not old enough to be forgotten.</summary>
    private static readonly DateTimeOffset Expiry = TimeProvider.System.GetUtcNow().AddDays(-AuditDays);

    private static readonly DateTimeOffset Start = Expiry.AddHours(-3.5).AddTicks(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Stores of the calling test's own.</summary>
    protected abstract ValueTask<DocumentStores> OpenAsync();

    /// <summary>Has the store forget what is older, in its own way.</summary>
    protected abstract Task ExpireAsync(IAuditTrail trail, DateTimeOffset before);

    [Fact]
    public async Task Definition_Upserted_IsFoundAsItWasGiven()
    {
        var stores = await OpenAsync();
        var definition = Definition("ospf", "1.0.0", "aa");
        const string Lab = "lab:\r\n  title: \"é\u2028 \U0001F600\"\n# trailing \t\n";

        Assert.Equal(UpsertResult.Written, await stores.Definitions.UpsertAsync(definition, Lab, Cancellation));

        var found = await stores.Definitions.FindAsync("ospf", "1.0.0", Cancellation);
        Assert.Equal(DomainJson.Write(definition), DomainJson.Write(found));
        Assert.Equal(Lab, await stores.Definitions.ReadLabAsync("ospf", "1.0.0", Cancellation));
    }

    [Fact]
    public async Task Definition_ThatIsNotThere_IsNullAndLeftOut()
    {
        var stores = await OpenAsync();
        await stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", "aa"), "a", Cancellation);

        Assert.Null(await stores.Definitions.FindAsync("ospf", "2.0.0", Cancellation));
        Assert.Null(await stores.Definitions.ReadLabAsync("bgp", "1.0.0", Cancellation));
        var many = await stores.Definitions.FindManyAsync([("ospf", "1.0.0"), ("ospf", "2.0.0"), ("bgp", "1.0.0")], Cancellation);
        Assert.Equal(Before, many.Select(found => found.Version));
        Assert.Empty(await stores.Definitions.FindManyAsync([], Cancellation));
    }

    [Fact]
    public async Task Definition_OfAnotherOperationAndLab_StaysAsItIs()
    {
        var stores = await OpenAsync();
        await stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", "aa", "first"), "a", Cancellation);

        Assert.Equal(UpsertResult.Different, await stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", "bb", "second"), "b", Cancellation));

        Assert.Equal("a", await stores.Definitions.ReadLabAsync("ospf", "1.0.0", Cancellation));
    }

    [Fact]
    public async Task Definition_TheSameButForItsTime_KeepsItsTimeAndGetsAFreshStamp()
    {
        var stores = await OpenAsync();
        var first = Definition("ospf", "1.0.0", "aa");
        await stores.Definitions.UpsertAsync(first, "a", Cancellation);
        var stamp = Assert.Single(await stores.Definitions.ListStampsAsync(DateTimeOffset.MaxValue, Cancellation));

        Assert.Equal(UpsertResult.Written, await stores.Definitions.UpsertAsync(first with { CreatedAt = first.CreatedAt.AddSeconds(3) }, "a", Cancellation));

        Assert.NotEqual(stamp.Stamp, Assert.Single(await stores.Definitions.ListStampsAsync(DateTimeOffset.MaxValue, Cancellation)).Stamp);
        Assert.Equal(first.CreatedAt, (await stores.Definitions.FindAsync("ospf", "1.0.0", Cancellation))!.CreatedAt);
        Assert.False(await stores.Definitions.DeleteAsync(stamp, Cancellation));
    }

    [Theory]
    [InlineData("aa", "second")]
    [InlineData("bb", "first")]
    [InlineData("bb", "second")]
    public async Task Definition_ThatWasAbandoned_GivesWay(string sha256, string operation)
    {
        var stores = await OpenAsync();
        await stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", "aa", "first"), "a", Cancellation);

        Assert.Equal(UpsertResult.Different, await stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", sha256, operation), "b", Cancellation));
        stores.Time.Jump(Unpublished.Abandoned + TimeSpan.FromSeconds(1));
        Assert.Equal(UpsertResult.Written, await stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", sha256, operation), "b", Cancellation));

        Assert.Equal("b", await stores.Definitions.ReadLabAsync("ospf", "1.0.0", Cancellation));
        Assert.Equal((sha256, operation), await stores.Definitions.FindAsync("ospf", "1.0.0", Cancellation) is { } found ? (found.LabSha256, found.OperationId) : default);
    }

    [Fact]
    public async Task Definition_UpsertedByManyAtOnce_IsOnesAlone()
    {
        var stores = await OpenAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(n =>
            Task.Run(() => stores.Definitions.UpsertAsync(Definition("ospf", "1.0.0", $"sha-{n}", $"operation-{n}"), $"lab-{n}", Cancellation))));

        var winner = Array.IndexOf(results, UpsertResult.Written);
        Assert.Single(results, UpsertResult.Written);
        Assert.Equal($"lab-{winner}", await stores.Definitions.ReadLabAsync("ospf", "1.0.0", Cancellation));
        Assert.Equal($"operation-{winner}", (await stores.Definitions.FindAsync("ospf", "1.0.0", Cancellation))!.OperationId);
    }

    [Fact]
    public async Task Stamps_OlderThan_AreListedAndDeletedOnlyWhileUnchanged()
    {
        var stores = await OpenAsync();
        await stores.Definitions.UpsertAsync(Definition("old", "1.0.0", "aa"), "a", Cancellation);
        stores.Time.Jump(TimeSpan.FromMinutes(5));
        await stores.Definitions.UpsertAsync(Definition("new", "1.0.0", "bb"), "b", Cancellation);

        var stamp = Assert.Single(await stores.Definitions.ListStampsAsync(stores.Time.GetUtcNow().AddSeconds(-60), Cancellation));
        Assert.Equal(("old", "1.0.0"), (stamp.Name, stamp.Version));
        Assert.Equal(stores.Time.GetUtcNow().AddMinutes(-5), stamp.WrittenAt);
        Assert.False(await stores.Definitions.DeleteAsync(stamp with { Stamp = Guid.NewGuid() }, Cancellation));
        Assert.True(await stores.Definitions.DeleteAsync(stamp, Cancellation));
        Assert.False(await stores.Definitions.DeleteAsync(stamp, Cancellation));
        Assert.Null(await stores.Definitions.FindAsync("old", "1.0.0", Cancellation));
    }

    [Fact]
    public async Task Template_Upserted_IsFoundByRevision()
    {
        var stores = await OpenAsync();
        var template = new WorkerTemplate { Name = "small", CpuCores = 8, MemoryGb = 64, StorageGb = 500, LicenseType = LicenseType.Personal, CostPerHour = 0.85m, OperationId = "first" };
        await stores.Templates.UpsertAsync(template, Cancellation);
        await stores.Templates.UpsertAsync(template with { Revision = 2, MemoryGb = 96, OperationId = "second" }, Cancellation);

        Assert.Equal(template, await stores.Templates.FindAsync("small", 1, Cancellation));
        Assert.Equal(96, (await stores.Templates.FindAsync("small", 2, Cancellation))!.MemoryGb);
        Assert.Null(await stores.Templates.FindAsync("small", 3, Cancellation));
        Assert.Equal(2, (await stores.Templates.FindManyAsync([("small", 1), ("small", 2), ("small", 3)], Cancellation)).Length);
        Assert.Equal(UpsertResult.Different, await stores.Templates.UpsertAsync(template with { OperationId = "other" }, Cancellation));
        Assert.Equal(UpsertResult.Written, await stores.Templates.UpsertAsync(template, Cancellation));
        stores.Time.Jump(Unpublished.Abandoned + TimeSpan.FromSeconds(1));
        Assert.Equal(UpsertResult.Written, await stores.Templates.UpsertAsync(template with { MemoryGb = 65, OperationId = "other" }, Cancellation));
        Assert.Equal(65, (await stores.Templates.FindAsync("small", 1, Cancellation))!.MemoryGb);
        var stamps = await stores.Templates.ListStampsAsync(DateTimeOffset.MaxValue, Cancellation);
        Assert.Equal(["1", "2"], stamps.Select(stamp => stamp.Version).Order());
        Assert.True(await stores.Templates.DeleteAsync(stamps[0], Cancellation));
    }

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

    [Fact]
    public async Task Key_AddedTwice_StaysTheFirstOfItsUse()
    {
        var stores = await OpenAsync();
        await stores.Keys.AddAsync(KeyUse.EmbeddedIdentity, new KeyDocument("first", "identity"), Cancellation);

        Assert.Empty(await stores.Keys.ListAsync(KeyUse.DataProtection, Cancellation));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => stores.Keys.AddAsync(KeyUse.DataProtection, new KeyDocument("first", $"text-{n}"), Cancellation))));
        var first = Assert.Single(await stores.Keys.ListAsync(KeyUse.DataProtection, Cancellation));
        await stores.Keys.AddAsync(KeyUse.DataProtection, new KeyDocument("first", "late"), Cancellation);
        await stores.Keys.AddAsync(KeyUse.DataProtection, new KeyDocument("second", "<key>é</key>"), Cancellation);

        Assert.Equal([first, new KeyDocument("second", "<key>é</key>")], (await stores.Keys.ListAsync(KeyUse.DataProtection, Cancellation)).OrderBy(key => key.Name, StringComparer.Ordinal));
        Assert.Equal([new KeyDocument("first", "identity")], await stores.Keys.ListAsync(KeyUse.EmbeddedIdentity, Cancellation));
    }

    private static async Task AssertFound(DocumentStores stores, AuditQuery query, params long[] sequences) => Assert.Equal(sequences, await Sequences(stores, query));

    private static async Task<long[]> Sequences(DocumentStores stores, AuditQuery query) =>
        [.. (await stores.Trail.QueryAsync(query, Cancellation)).Select(e => e.Sequence)];

    private static DateTimeOffset At(int hour) => Start.AddHours(hour);

    private static ImmutableArray<AuditEvent> Events(int count, string prefix = "operation") => AuditChain.Link(AuditHead.Start, Enumerable.Range(1, count).Select(n => (Entry(n, At(n), prefix), (long)n)));

    private static ImmutableArray<AuditEvent> Chain(params DateTimeOffset[] times) => AuditChain.Link(AuditHead.Start, times.Select((time, n) => (Entry(n + 1, time, "operation"), n + 1L)));

    private static OutboxEntry Entry(int n, DateTimeOffset time, string prefix) => new($"{prefix}-{n}", null,
    [
        new OutboxEvent(n % 2 == 0 ? "ccm.even" : "ccm.odd", $"instances/i-{n}", time, n % 3 == 0 ? "third" : "other",
            JsonSerializer.SerializeToElement(new { reason = $"{prefix} \"{n}\" É Übung number {n}", actorName = n % 3 == 0 ? "Ms Three" : "Other", nested = new { number = 1.50m, none = (string?)null } })),
    ]);

    private static LabletDefinition Definition(string name, string version, string sha256, string operation = "operation") => new()
    {
        Name = name,
        Version = version,
        Title = "A <title> & more",
        LabSha256 = sha256,
        Resources = new LabResources(4, 8, 16, true),
        LicenseAffinity = [LicenseType.Enterprise],
        NodeCount = 3,
        LicensedNodeCount = 2,
        PortNames = ["r1_serial", "r2_serial"],
        CreatedAt = At(1),
        CreatedBy = "admin",
        OperationId = operation,
    };
}
