using System.Globalization;
using AngleSharp.Dom;
using Bunit;
using Ccm.Engine.Labs;
using Ccm.Portal.Components.Shared;

namespace Ccm.Tests.Components.Shared;

public sealed class TopologyPictureTests : BunitContext
{
    [Fact]
    public void Render_302Nodes_DrawsEachOnceWithoutTexts()
    {
        var picture = Draw(Lab([.. Enumerable.Range(0, 302).Select(n => Node($"n{n}", $"R{n}", n % 20 * 50, n / 20 * 50))], [.. Enumerable.Range(1, 301).Select(n => new LabLink("n0", $"n{n}"))]));

        Assert.Equal(302, picture.FindAll("circle").Count);
        Assert.Equal(301, picture.FindAll("line").Count);
        Assert.Empty(picture.FindAll("text"));
        Assert.Equal("Topology: 302 nodes, 301 links", picture.Find("svg").GetAttribute("aria-label"));
    }

    [Theory]
    [InlineData("<script>x()</script>")]
    [InlineData("</text></svg><img src=x>")]
    [InlineData("\"' onload=\"alert(1)")]
    [InlineData("🧪👩‍💻 lab")]
    [InlineData("נתב 1")]
    [InlineData("a\u202Egnp.exe")]
    [InlineData("&lt;b&gt;")]
    public void Render_HostileLabel_IsTextAndNothingElse(string label)
    {
        var picture = Draw(Lab([Node("n0", label, 0, 0)], []));

        Assert.Equal(label, picture.Find("text").TextContent);
        Assert.Equal($"{label} (iosv)", picture.Find("title").TextContent);
        Assert.Empty(picture.FindAll("script, img"));
        Assert.Equal(["svg", "g", "title", "circle", "text"], picture.Find("svg").Children.Prepend(picture.Find("svg")).SelectMany(Names));

        IEnumerable<string> Names(IElement element) => element.LocalName == "g" ? element.Children.Select(child => child.LocalName).Prepend("g") : [element.LocalName];
    }

    [Fact]
    public void Render_VeryLongLabel_IsCutInThePictureAndWholeInTheTitle()
    {
        var label = new string('x', 4000);

        var picture = Draw(Lab([Node("n0", label, 0, 0)], []));

        Assert.InRange(picture.Find("text").TextContent.Length, 10, 40);
        Assert.StartsWith(label, picture.Find("title").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_LabelCutInsideAnEmoji_KeepsWholeCharacters()
    {
        var text = Draw(Lab([Node("n0", string.Concat(Enumerable.Repeat("👩‍💻", 50)), 0, 0)], [])).Find("text").TextContent;

        Assert.DoesNotContain('\uFFFD', text);
        Assert.EndsWith("👩‍💻…", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1e308, -1e308)]
    [InlineData(0, 0)]
    [InlineData(-5000.5, 12000.25)]
    public void Render_AnyCoordinates_MakesAPictureOfNumbers(double x, double y)
    {
        var picture = Draw(Lab([Node("a", "A", x, y), Node("b", "B", y, x)], [new LabLink("a", "b")]));

        var numbers = picture.Find("svg").GetAttribute("viewBox")!.Split(' ')
            .Concat(picture.FindAll("circle").SelectMany(circle => new[] { "cx", "cy", "r" }.Select(name => circle.GetAttribute(name)!)))
            .Select(number => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture)).ToList();
        Assert.All(numbers, number => Assert.InRange(number, -1e9, 1e9));
        Assert.All(numbers[2..4], number => Assert.True(number > 0));
    }

    [Fact]
    public void Render_NoNodes_DrawsNothing() => Assert.Empty(Draw(Lab([], [])).Markup.Trim());

    [Fact]
    public void Render_SameTopologyAgain_IsNotDrawnAgain()
    {
        var lab = Lab([Node("n0", "R1", 0, 0)], []);
        var picture = Draw(lab);

        picture.Render(parameters => parameters.Add(p => p.Topology, lab));
        Assert.Equal(1, picture.RenderCount);

        picture.Render(parameters => parameters.Add(p => p.Topology, Lab([Node("n0", "R2", 0, 0)], [])));
        Assert.Equal("R2", picture.Find("text").TextContent);
    }

    private IRenderedComponent<TopologyPicture> Draw(LabTopology lab) => Render<TopologyPicture>(parameters => parameters.Add(p => p.Topology, lab));

    private static LabTopology Lab(LabNode[] nodes, LabLink[] links) => new() { Title = "", Description = "", Nodes = [.. nodes], Links = [.. links], Places = [] };

    private static LabNode Node(string id, string label, double x, double y) => new(id, label, "iosv", null, null, x, y, []);
}
