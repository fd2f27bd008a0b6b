using Ccm.Engine.State.Etcd;

namespace Ccm.Tests.State;

public sealed class EtcdConnectionTests
{
    [Theory]
    [InlineData("etcd", "http://etcd:2379", false, "etcd")]
    [InlineData("etcd:2380", "http://etcd:2380", false, "etcd")]
    [InlineData("a:1, b:2 ,http://c", "http://a:1,http://b:2,http://c:2379", false, "a")]
    [InlineData("https://a.example,https://b.example:443/", "https://a.example:2379,https://b.example:443", true, "a.example")]
    public void Parse_Endpoints_AreAddresses(string text, string addresses, bool usesTls, string serverName) =>
        Assert.Equal(new EtcdEndpoints(addresses, usesTls, serverName), EtcdEndpoints.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("http://a,https://b")]
    [InlineData("redis://a:1")]
    [InlineData("http://a:1/path")]
    [InlineData("http://user:secret@a:1")]
    [InlineData("a b")]
    [InlineData("a:99999")]
    public void Parse_Otherwise_ThrowsNamingTheSetting(string text) =>
        Assert.Contains("ConnectionStrings:etcd", Assert.Throws<ArgumentException>(() => EtcdEndpoints.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("3.4.37")]
    [InlineData("2.3.8")]
    [InlineData("")]
    public void Refuse_TooOld_ThrowsNamingTheSetting(string version) =>
        Assert.Contains("ConnectionStrings:etcd", Assert.Throws<NotSupportedException>(() => EtcdConnection.Refuse(version, "http://a:2379")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("3.5.0")]
    [InlineData("3.6.14")]
    [InlineData("3.7.0-rc.1")]
    [InlineData("4.0.0")]
    public void Refuse_NewEnough_DoesNothing(string version) => EtcdConnection.Refuse(version, "http://a:2379");
}
