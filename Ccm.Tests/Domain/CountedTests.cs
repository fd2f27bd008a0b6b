using Ccm.Engine.Domain;

namespace Ccm.Tests.Domain;

public sealed class CountedTests
{
    [Theory]
    [InlineData(0, "0 licensed nodes")]
    [InlineData(1, "1 licensed node")]
    [InlineData(4000, "4,000 licensed nodes")]
    public void Of_SoMany_IsTheNumberAndItsWord(long number, string words) => Assert.Equal(words, Counted.Of(number, "licensed node"));

    [Theory]
    [InlineData(1, "1 lab is")]
    [InlineData(2, "2 labs are")]
    public void Of_WithAVerb_AgreesWithTheNumber(long number, string words) => Assert.Equal(words, Counted.Of(number, "lab is", "labs are"));

    [Fact]
    public void Of_Amounts_AreOneLine() => Assert.Equal("1 core, 4,000 GB memory, 16 GB storage", Counted.Of(new LabResources(1, 4000, 16, false)));
}
