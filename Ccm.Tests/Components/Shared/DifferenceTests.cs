using Ccm.Portal.Components.Shared.Differences;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Components.Shared;

public sealed class DifferenceTests
{
    [Fact]
    public void Lines_OneChangedAmongMany_ShowsItWithItsNeighbours()
    {
        var before = string.Join('\n', Enumerable.Range(1, 20).Select(n => $"line {n}"));

        var difference = LineDifference.Between(before, before.Replace("line 10\n", "other\n", StringComparison.Ordinal));

        Assert.Equal((1, 1), (difference.Dropped, difference.Added));
        Assert.Equal(["6 lines are the same", "line 7", "line 8", "line 9", "line 10", "other", "line 11", "line 12", "line 13", "7 lines are the same"], difference.Lines.Select(line => line.Text));
        Assert.Equal((10, null), (difference.Lines[4].Before, difference.Lines[4].After));
        Assert.Equal((null, 10), (difference.Lines[5].Before, difference.Lines[5].After));
    }

    [Fact]
    public void Lines_SameText_IsEmpty() => Assert.True(LineDifference.Between("a\nb", "a\nb") is { IsEmpty: true, Lines.IsEmpty: true });

    /// <summary>What is shown and what is said to be left out is the whole of both files.</summary>
    [Fact]
    public void Lines_AnyTwoTexts_AccountForEveryLine()
    {
        var text = Gen.Int[0, 5].Array[1, 40].Select(lines => string.Join('\n', lines));
        Gen.Select(text, text).Where((before, after) => before != after).Sample((before, after) =>
        {
            var lines = LineDifference.Between(before, after).Lines;
            var skipped = lines.Where(line => line.Kind == LineKind.Skipped).Sum(line => int.Parse(line.Text.Split(' ')[0], null));
            Assert.Equal(before.Split('\n').Length, skipped + lines.Count(line => line.Before is not null));
            Assert.Equal(after.Split('\n').Length, skipped + lines.Count(line => line.After is not null));
            Assert.All(lines.Where(line => line.Before is not null), line => Assert.Equal(before.Split('\n')[line.Before!.Value - 1], line.Text));
            Assert.All(lines.Where(line => line.After is not null), line => Assert.Equal(after.Split('\n')[line.After!.Value - 1], line.Text));
        }, iter: 500);
    }

    [Fact]
    public void Fields_TwoTemplates_NamesThoseThatDiffer()
    {
        var before = Sample.Template() with { Description = "old" };

        var found = FieldDifference.Between(before, before with { Description = "", MaxWorkers = 3, Revision = 2 }, "revision");

        Assert.Equal([new("description", "old", "–"), new("maxWorkers", "10", "3")], found);
    }
}
