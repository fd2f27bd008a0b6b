using System.Text.RegularExpressions;
using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Workers;

namespace Ccm.Tests.Components.Workers;

public sealed partial class PortMapTests : BunitContext
{
    private static readonly PortRange Whole = new(2000, 9999);

    public static TheoryData<int[]> Taken => new()
    {
        Array.Empty<int>(),
        new[] { 2000 },
        new[] { 9999 },
        new[] { 2000, 2001, 2002 },
        new[] { 2158, 2159, 2160, 2161 },
        new[] { 2000, 2002, 2004, 5000, 9998, 9999 },
        Enumerable.Range(2000, 8000).ToArray(),
    };

    [Theory]
    [MemberData(nameof(Taken))]
    public void Render_Ports_DrawsExactlyTheCellsOfThoseTaken(int[] taken)
    {
        var map = Show(PortBitmap.Empty(Whole).Take(taken));

        Assert.Equal(taken.Select(port => ((port - 2000) % 160, (port - 2000) / 160)), Cells(map, ".taken"));
        Assert.Equal($"Port map: {Counted.Number(taken.Length)} of 8,000 ports taken", map.Find("svg").GetAttribute("aria-label"));
        Assert.Equal("0 0 160 50", map.Find("svg").GetAttribute("viewBox"));
    }

    [Fact]
    public void Render_RangeThatFillsNoRow_DrawsNoFreeCellBeyondIt() =>
        Assert.Equal(170, Cells(Show(PortBitmap.Empty(new PortRange(3000, 3169))), ".free").Count);

    [Fact]
    public async Task Table_Opened_NamesEveryPortTakenAlsoWithoutHolder()
    {
        var map = Show(PortBitmap.Empty(Whole).Take([2000, 2001, 7000]), new() { [2001] = "r1_serial of i-1", [2000] = "r0_serial of i-1" });
        Assert.Empty(map.FindAll("tr"));

        await map.Find("summary").ClickAsync();

        Assert.True(map.Find("details").HasAttribute("open"));
        Assert.Equal(["2000 r0_serial of i-1", "2001 r1_serial of i-1", "7000 nobody that is known"],
            map.FindAll("tbody tr").Select(row => string.Join(' ', row.Children.Select(cell => cell.TextContent))));
    }

    [Fact]
    public void Table_NothingTaken_IsNotOffered() => Assert.Empty(Show(PortBitmap.Empty(Whole)).FindAll("details"));

    [Fact]
    public async Task Table_PortsChange_FollowsAndStaysOpen()
    {
        var map = Show(PortBitmap.Empty(Whole).Take([2000]));
        await map.Find("summary").ClickAsync();

        map.Render(parameters => parameters.Add(m => m.Ports, PortBitmap.Empty(Whole).Take([2005])));

        Assert.Equal("2005", map.Find("tbody td").TextContent);
        Assert.Equal([(5, 0)], Cells(map, ".taken"));
    }

    private IRenderedComponent<PortMap> Show(PortBitmap ports, Dictionary<int, string>? holders = null) =>
        Render<PortMap>(parameters => parameters.Add(m => m.Ports, ports).Add(m => m.Holders, holders ?? []));

    private static List<(int Column, int Row)> Cells(IRenderedComponent<PortMap> map, string path) =>
        [.. Stroke().Matches(map.Find(path).GetAttribute("d")!).SelectMany(stroke => Enumerable.Range(int.Parse(stroke.Groups[1].ValueSpan, null), int.Parse(stroke.Groups[3].ValueSpan, null))
            .Select(column => (column, int.Parse(stroke.Groups[2].ValueSpan, null))))];

    [GeneratedRegex(@"M(\d+) (\d+)h(\d+)v1h-\3z")]
    private static partial Regex Stroke();
}
