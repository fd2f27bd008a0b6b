using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Api;
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

    /// <summary>A paste that has nothing in common with a short file would be compared for minutes; a long file with a change is not.</summary>
    [Fact]
    public void Lines_TooLittleInCommon_AreCountedOnly()
    {
        var many = string.Join('\n', Enumerable.Range(1, 60_000).Select(n => $"line {n}"));

        var difference = LineDifference.Between("a\nb", many);

        Assert.True(difference.IsTooMuch);
        Assert.Equal((2, 60_000, 0), (difference.Dropped, difference.Added, difference.Lines.Length));
        Assert.True(LineDifference.Between(many, many.Replace("line 30000\n", "", StringComparison.Ordinal)) is { IsTooMuch: false, Dropped: 1, Added: 0 });
    }

    [Fact]
    public async Task Text_ChangedWhileItIsCompared_ShowsTheNewest()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var page = portal.Open<TextDifference>(parameters: parameters => parameters.Add(d => d.BeforeText, "a").Add(d => d.AfterText, "b"));

        for (var n = 1; n <= 20; n++)
            page.Render(parameters => parameters.Add(d => d.AfterText, string.Concat(Enumerable.Repeat("b\n", n)) + "a"));

        PortalContext.Shows(page, () => Assert.Equal("+20 −0 lines", page.Find("[data-test=diff-sum]").TextContent));
    }

    [Fact]
    public async Task Text_TooLittleInCommon_SaysWhatToDo()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);

        var page = portal.Open<TextDifference>(parameters: parameters => parameters.Add(d => d.BeforeText, "a").Add(d => d.AfterText, string.Join('\n', Enumerable.Range(1, 60_000))));

        PortalContext.Shows(page, () => Assert.Contains("60,000 lines came and 1 went. Download both", page.Find("[data-test=too-different]").TextContent, StringComparison.Ordinal));
    }

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

        var found = FieldDiff.Between(before, before with { Description = "", MaxWorkers = 3, PortRange = new PortRange(2000, 2999), Revision = 2 }, "revision", "declared");

        Assert.Equal(["Description: old → empty", "Port range › End: 9999 → 2999", "Port range › Count: 8000 → 1000", "Max workers: 10 → 3"], found.Select(diff => diff.InWords));
    }
}
