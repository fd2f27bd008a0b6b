using Ccm.Portal.Components.Grid;
using CsCheck;

namespace Ccm.Tests.Components.Grid;

public sealed class LiveRowsTests
{
    private sealed record Row(int Id, int Key, string Kind, bool Shown);

    /// <summary>Few ids and keys, so that changes meet each other and keys are alike.</summary>
    private static readonly Gen<Row> Rows = Gen.Select(Gen.Int[0, 30], Gen.Int[0, 5], Gen.Int[0, 3], Gen.Bool, (id, key, kind, shown) => new Row(id, key, new[] { "a", "b", "c", "" }[kind], shown));

    private static readonly RowRule<Row> Rule = new(row => row.Shown, Comparer<Row>.Create((one, other) => (one.Key, one.Id).CompareTo((other.Key, other.Id))),
        row => row.Kind.Length == 0 ? null : row.Kind);

    /// <summary>Each batch puts rows or takes them away, as a change of the fleet does; after all of them the rows are what they would be made anew.</summary>
    [Fact]
    public void With_AnyChanges_EqualsMadeAnew() => Gen.Select(Rows.Array[0, 30], Gen.Select(Rows, Gen.Bool).Array[0, 8].Array[0, 8]).Sample((start, batches) =>
    {
        var all = start.DistinctBy(row => row.Id).ToDictionary(row => row.Id);
        var rows = LiveRows.Of(all.Values, Rule);
        foreach (var batch in batches)
        {
            var changes = batch.DistinctBy(change => change.Item1.Id).Select(change => (Before: all.GetValueOrDefault(change.Item1.Id), After: change.Item2 ? change.Item1 : null)).ToList();
            foreach (var (before, after) in changes)
            {
                if (before is not null)
                    all.Remove(before.Id);
                if (after is not null)
                    all[after.Id] = after;
            }
            rows = rows.With(changes);
        }
        var anew = LiveRows.Of(all.Values, Rule);
        return rows.Shown.SequenceEqual(anew.Shown) && rows.Total == anew.Total && rows.Counts.OrderBy(pair => pair.Key).SequenceEqual(anew.Counts.OrderBy(pair => pair.Key))
            && Enumerable.Range(0, rows.Shown.Count).All(n => rows.Shown.IndexOf(rows.Shown[n]) == n);
    });

    [Fact]
    public void With_NothingReallyChanged_IsItself()
    {
        var rows = LiveRows.Of([new Row(1, 1, "a", true)], Rule);

        Assert.Same(rows, rows.With([(new Row(1, 1, "a", true), new Row(1, 1, "a", true)), (null, null)]));
    }

    /// <summary>Counted, since time on a shared machine proves nothing: comparisons for one change grow with the logarithm of the rows.</summary>
    [Fact]
    public void With_OneOfAHundredThousand_ComparesAFewDozen()
    {
        var compared = 0;
        var counting = Rule with { Order = Comparer<Row>.Create((one, other) => { compared++; return Rule.Order.Compare(one, other); }) };
        var rows = LiveRows.Of(Enumerable.Range(0, 100_000).Select(id => new Row(id, id % 997, "a", true)), counting);
        compared = 0;

        var after = rows.With([(new Row(500, 500, "a", true), new Row(500, 3, "b", true))]);

        Assert.InRange(compared, 2, 80);
        Assert.Equal(1, after.Counts["b"]);
        Assert.InRange(after.Shown.IndexOf(new Row(500, 3, "b", true)), 300, 420);
    }
}
