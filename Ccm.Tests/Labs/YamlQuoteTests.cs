using Ccm.Engine.Labs;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Labs;

public sealed class YamlQuoteTests
{
    [Fact]
    public void Quote_EveryCharacter_IsReadAsWritten()
    {
        for (var character = '\0'; character < '\uffff'; character++)
        {
            if (!char.IsSurrogate(character))
                AssertReadAsWritten($"a{character}b");
        }
        AssertReadAsWritten("\uffff");
    }

    [Fact]
    public void Quote_AnyText_IsReadAsWritten() => Gen.OneOf(
            Gen.Char.Where(character => !char.IsSurrogate(character)).Select(character => character.ToString()),
            Any.Of("😀", "\U0010ffff", "\u0085", "\u2028", "\u2029", "\u007f", "\ufeff", "\r\n", "\\", "\"", " ", "#", ": ", "${A}", "'"))
        .Array[0, 30].Select(string.Concat).Sample(AssertReadAsWritten);

    [Theory]
    [InlineData("é交换机😀", "\"é交换机😀\"")]
    [InlineData("a\"b\\c\n\t", "\"a\\\"b\\\\c\\n\\t\"")]
    [InlineData("\u0085\u2028\u007f", "\"\\u0085\\u2028\\u007F\"")]
    public void Quote_Text_EscapesOnlyWhatYamlCannotHold(string text, string expected) => Assert.Equal(expected, YamlQuote.Quote(text));

    private static void AssertReadAsWritten(string text)
    {
        var quoted = YamlQuote.Quote(text);
        Assert.DoesNotContain(quoted, character => character is < ' ' or (>= '\u007f' and <= '\u009f') or '\u2028' or '\u2029');
        var value = Assert.IsType<YamlValue.Text>(Assert.Single(Assert.IsType<YamlValue.List>(YamlTree.Read($"- {quoted}\n")).Items));
        Assert.Equal(text, value.Value);
    }
}
