using Ccm.Portal.Components.Pages.Definitions.Editing;
using Semver;

namespace Ccm.Tests.Components.Definitions.Editing;

public sealed class VersionsTests
{
    [Theory]
    [InlineData("1.2.3", "1.2.4", "1.3.0", "2.0.0")]
    [InlineData("1.2.3-beta.1+build", "1.2.3", "1.3.0", "2.0.0")]
    [InlineData("0.0.0", "0.0.1", "0.1.0", "1.0.0")]
    public void After_Version_IsWhatMayFollow(string latest, params string[] next)
    {
        Assert.Equal(next, Versions.After(latest).Select(suggested => suggested.Version));
        Assert.All(next, version => Assert.True(SemVersion.ComparePrecedence(SemVersion.Parse(version), SemVersion.Parse(latest)) > 0));
        Assert.Equal(next[1], Versions.Next(latest));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    public void Next_NoVersion_IsTheFirst(string? latest) => Assert.Equal("1.0.0", Versions.Next(latest));
}
