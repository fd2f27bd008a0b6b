using Ccm.Portal.Live;

namespace Ccm.Tests.Components.Live;

public sealed class WordsTests
{
    [Theory]
    [InlineData("ab👩‍🚀cd", 3, "ab👩‍🚀…")]
    [InlineData("ab👩‍🚀", 3, "ab👩‍🚀")]
    [InlineData("abc", 3, "abc")]
    [InlineData("", 3, "")]
    public void Short_Characters_AreNeverCutInHalf(string text, int most, string shown) => Assert.Equal(shown, Words.Short(text, most));

    [Fact]
    public void Short_OneEndlessCharacter_IsShortAllTheSame() => Assert.Equal(201, Words.Short("a" + new string('\u0301', 5000), 10).Length);
}
