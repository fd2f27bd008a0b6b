using Ccm.Portal;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Ccm.Tests.Story;

public sealed class EmbeddedPartsTests
{
    private static readonly string[] All = ["ConnectionStrings:etcd", "ConnectionStrings:mongodb", "ConnectionStrings:redis", "Authentication:Oidc:Authority"];

    [Fact]
    public void Refuse_InProductionWithEverythingSet_DoesNot() => Assert.Null(Refuse(Environments.Production, All));

    [Theory]
    [InlineData("ConnectionStrings:etcd")]
    [InlineData("ConnectionStrings:mongodb")]
    [InlineData("ConnectionStrings:redis")]
    [InlineData("Authentication:Oidc:Authority")]
    public void Refuse_InProductionWithOneLeftOut_NamesThatOneAlone(string left)
    {
        var refusal = Refuse(Environments.Production, [.. All.Where(setting => setting != left)]);

        Assert.NotNull(refusal);
        Assert.Equal([left], All.Where(setting => refusal.Contains($"set {setting}", StringComparison.Ordinal)));
        Assert.Contains("Ccm:Embedded=true", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuse_WhenMeantOrInDevelopment_DoesNot()
    {
        Assert.Null(Refuse(Environments.Production, ["ConnectionStrings:etcd"], embedded: true));
        Assert.Null(Refuse(Environments.Development, []));
    }

    private static string? Refuse(string environment, string[] settings, bool embedded = false) => EmbeddedParts.Refuse(
        new ConfigurationBuilder().AddInMemoryCollection([.. settings.Select(setting => KeyValuePair.Create(setting, (string?)"x")), new("Ccm:Embedded", embedded ? "true" : null)]).Build(),
        new HostingEnvironment { EnvironmentName = environment, ContentRootFileProvider = new NullFileProvider() });
}
