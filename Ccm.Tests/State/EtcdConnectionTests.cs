using Ccm.Engine.State.Etcd;

namespace Ccm.Tests.State;

public sealed class EtcdConnectionTests
{
    [Theory]
    [InlineData("etcd", "http://etcd:2379/", false)]
    [InlineData("etcd:2380", "http://etcd:2380/", false)]
    [InlineData("a:1, b:2 ,http://c", "http://a:1/ http://b:2/ http://c:2379/", false)]
    [InlineData("a:1,a:1", "http://a:1/", false)]
    [InlineData("https://a.example,https://b.example:443/", "https://a.example:2379/ https://b.example/", true)]
    public void Parse_Endpoints_AreAddresses(string text, string addresses, bool usesTls)
    {
        var endpoints = EtcdEndpoints.Parse(text);
        Assert.Equal((addresses, usesTls), (string.Join(' ', endpoints.Addresses), endpoints.UsesTls));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("http://a,https://b")]
    [InlineData("redis://a:1")]
    [InlineData("http://a:1/path")]
    [InlineData("a b")]
    [InlineData("a:99999")]
    public void Parse_Otherwise_ThrowsNamingTheSetting(string text) =>
        Assert.Contains("ConnectionStrings:etcd", Assert.Throws<ArgumentException>(() => EtcdEndpoints.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_UserInTheEndpoint_NamesTheirSettingsAndKeepsTheSecret()
    {
        var message = Assert.Throws<ArgumentException>(() => EtcdEndpoints.Parse("http://user:secret@a:1")).Message;
        Assert.Contains("Ccm:Etcd:Username", message, StringComparison.Ordinal);
        Assert.Contains("Ccm:Etcd:Password", message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3.4.37")]
    [InlineData("2.3.8")]
    [InlineData("")]
    public void Refuse_TooOld_ThrowsNamingTheSetting(string version)
    {
        var refused = Assert.Throws<EtcdMemberException>(() => EtcdVersions.Refuse(version, "a:2379"));
        Assert.True(refused.Permanent);
        Assert.Contains("ConnectionStrings:etcd", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3.5.0", true)]
    [InlineData("3.5.33", false)]
    [InlineData("3.6.13", true)]
    [InlineData("3.6.14", false)]
    [InlineData("3.7.0-rc.1", false)]
    [InlineData("4.0.0", false)]
    public void Refuse_NewEnough_DoesNothingAndKnowsTheFloor(string version, bool below)
    {
        EtcdVersions.Refuse(version, "a:2379");
        Assert.Equal(below, EtcdVersions.IsBelowFloor(version));
    }
}
