using System.Globalization;
using Bunit;
using Ccm.Portal.Components.Shared;

namespace Ccm.Tests.Components.Shared;

public sealed class CapacityBarTests : BunitContext
{
    [Theory]
    [InlineData(64, 64, "0%", false)]
    [InlineData(48, 64, "25%", false)]
    [InlineData(6, 60, "90%", false)]
    [InlineData(5, 60, "91.7%", true)]
    [InlineData(0, 64, "100%", true)]
    [InlineData(-3, 64, "100%", true)]
    [InlineData(0, 0, "0%", false)]
    public void Render_Amounts_AreDrawnAndWritten(int available, int declared, string width, bool full)
    {
        var bar = Bar(available, declared);

        var fill = bar.Find(".fill");
        Assert.Contains($"width:{width}", fill.GetAttribute("style"), StringComparison.Ordinal);
        Assert.Equal(full, fill.ClassList.Contains("full"));
        Assert.Equal($"{available} of {declared} cores free", bar.Find(".numbers").TextContent);
        Assert.Equal($"CPU: {declared - available} of {declared} cores in use, {available} free", bar.Find("[role=img]").GetAttribute("aria-label"));
    }

    [Theory]
    [InlineData(0, 1, "0 of 1 core free")]
    [InlineData(4000, 5000, "4,000 of 5,000 cores free")]
    public void Render_Numbers_AreWordedAsPeopleReadThem(int available, int declared, string words) => Assert.Equal(words, Bar(available, declared).Find(".numbers").TextContent);

    [Fact]
    public void Render_CultureWithCommas_WritesCssNumbers()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            Assert.Contains("width:91.7%", Bar(5, 60).Markup, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private IRenderedComponent<CapacityBar> Bar(int available, int declared) =>
        Render<CapacityBar>(parameters => parameters.Add(b => b.Name, "CPU").Add(b => b.One, "core").Add(b => b.Many, "cores").Add(b => b.Available, available).Add(b => b.Declared, declared));
}
