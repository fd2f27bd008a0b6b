using System.Collections.Immutable;
using System.Text.Json;
using Ccm.Engine.Auditing;
using Ccm.Engine.Documents;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Auditing;

public sealed class AuditChainTests
{
    private static readonly Gen<string> Text = Gen.OneOf(Gen.Char["ab\n\0é"].Array[0, 4].Select(letters => new string(letters)), Any.Of("", "instances/i-1", "a\nb"));

    private static readonly Gen<OutboxEntry> Entry = Gen.Select(
        Gen.Int[0, 9_999], Gen.Select(Text, Text, Text, Gen.Int[0, 5], Gen.Int[0, 1_000_000]).Array[0, 3],
        (id, events) => new OutboxEntry($"op-{id:0000}", null, [.. events.Select(e =>
            new OutboxEvent(e.Item1, e.Item2, Sample.Now.AddTicks(e.Item5), e.Item3, JsonSerializer.SerializeToElement(new { reason = e.Item1, n = e.Item4 })))]));

    private static readonly Gen<ImmutableArray<AuditEvent>> Chain = Entry.Array[1, 8].Select(entries =>
        AuditChain.Link(new AuditHead(7, "before"), entries.DistinctBy(entry => entry.OperationId).Select((entry, n) => (entry, (long)(10 + n))))).Where(chain => chain.Length > 1);

    [Fact]
    public void Link_AnyEntries_ContinueTheHeadWithoutGaps() => Chain.Sample(chain =>
    {
        Assert.Equal(Enumerable.Range(8, chain.Length).Select(n => (long)n), chain.Select(e => e.Sequence));
        Assert.Equal(chain.Select(e => e.Hash).Prepend("before").SkipLast(1), chain.Select(e => e.PreviousHash));
        Assert.Equal(chain.Length, chain.Select(e => e.Id).Distinct().Count());
        Assert.Equal(chain.OrderBy(e => e.Revision).Select(e => e.Id), chain.Select(e => e.Id));
        Assert.All(chain, e => Assert.Matches("^[0-9a-f]{64}$", e.Hash));
        Assert.Null(AuditChain.Verify(null, chain));
        Assert.Null(AuditChain.Verify(chain[0], chain.Skip(1)));
    });

    [Fact]
    public void Link_SameEntriesAgain_AreTheSameEvents()
    {
        (OutboxEntry, long)[] entries = [(new OutboxEntry("op-2", null, [Event("b")]), 12), (new OutboxEntry("op-1", null, [Event("a"), Event("c")]), 11)];
        Assert.Equal(AuditChain.Link(AuditHead.Start, entries).Select(e => (e.Id, e.Hash)), AuditChain.Link(AuditHead.Start, entries.Reverse()).Select(e => (e.Id, e.Hash)));
        Assert.Equal(["op-1-0", "op-1-1", "op-2-0"], AuditChain.Link(AuditHead.Start, entries).Select(e => e.Id));
    }

    [Fact]
    public void Verify_OneFieldOfOneEventChanged_IsFound() => Gen.Select(Chain, Gen.Int[0, 1000], Gen.Int[0, 9]).Sample((chain, at, field) =>
    {
        var n = at % chain.Length;
        var e = chain[n];
        var changed = field switch
        {
            0 => e with { Type = e.Type + "x" },
            1 => e with { Subject = e.Subject + "x" },
            2 => e with { Actor = e.Actor + "x" },
            3 => e with { Time = e.Time.AddTicks(1) },
            4 => e with { Data = JsonSerializer.SerializeToElement(new { reason = "other" }) },
            5 => e with { OperationId = e.OperationId + "x" },
            6 => e with { Revision = e.Revision + 1 },
            7 => e with { Sequence = e.Sequence + 1 },
            8 => e with { PreviousHash = e.PreviousHash + "x" },
            _ => e with { Id = e.Id + "x" },
        };
        Assert.NotNull(AuditChain.Verify(null, chain.SetItem(n, changed)));
    });

    [Fact]
    public void Verify_OneFieldsEndMovedToTheNext_IsFound() => Chain.Sample(chain =>
    {
        var first = chain[0];
        var type = "a\nb";
        var honest = first with { Type = type, Subject = "c" };
        honest = honest with { Hash = AuditChain.HashOf(honest) };
        Assert.NotNull(AuditChain.Verify(null, [honest with { Type = "a", Subject = "b\nc" }]));
    });

    [Fact]
    public void Verify_OneEventTakenOut_IsFound() => Gen.Select(Chain, Gen.Int[0, 1000]).Where((chain, _) => chain.Length > 2).Sample((chain, at) =>
        Assert.NotNull(AuditChain.Verify(null, chain.RemoveAt(1 + (at % (chain.Length - 2))))));

    [Fact]
    public void Verify_TwoEventsSwapped_IsFound() => Chain.Sample(chain =>
        Assert.NotNull(AuditChain.Verify(null, chain.SetItem(0, chain[1]).SetItem(1, chain[0]))));

    [Fact]
    public void Verify_EventRewrittenWithANewHash_IsFoundAtTheNext() => Chain.Sample(chain =>
    {
        var rewritten = chain[0] with { Actor = "somebody else" };
        rewritten = rewritten with { Hash = AuditChain.HashOf(rewritten) };
        Assert.Contains($"Event {chain[1].Sequence} does not continue", AuditChain.Verify(null, chain.SetItem(0, rewritten))!.What, StringComparison.Ordinal);
    });

    [Fact]
    public void Verify_FirstEventOfAllThatContinuesAnother_IsFound()
    {
        var first = AuditChain.Link(new AuditHead(0, "forged"), [(new OutboxEntry("op-1", null, [Event("a")]), 1)]);
        Assert.NotNull(AuditChain.Verify(null, first));
        Assert.Null(AuditChain.Verify(null, AuditChain.Link(AuditHead.Start, [(new OutboxEntry("op-1", null, [Event("a")]), 1)])));
    }

    /// <summary>A document store may keep JSON in another layout and with its fields in another order.</summary>
    [Fact]
    public void Verify_DataWithAnotherLayout_IsTheSameEvent()
    {
        var entry = new OutboxEntry("op-1", null, [Event("a") with { Data = JsonDocument.Parse("""{"reason":"é","changes":[{"field":"state","after":"RUNNING"}],"n":1}""").RootElement }]);
        var stored = AuditChain.Link(AuditHead.Start, [(entry, 1)])[0] with
        {
            Data = JsonDocument.Parse("""{ "n": 1, "reason": "\u00e9", "changes": [ { "after": "RUNNING", "field": "state" } ] }""").RootElement,
        };
        Assert.Null(AuditChain.Verify(null, [stored]));
    }

    private static OutboxEvent Event(string type) => new(type, "instances/i-1", Sample.Now, "user", JsonSerializer.SerializeToElement(new { reason = type }));
}
