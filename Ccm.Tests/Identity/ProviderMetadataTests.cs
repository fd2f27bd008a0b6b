using Ccm.Portal.Identity;

namespace Ccm.Tests.Identity;

/// <summary>An authority that cannot be used is told in words that name the setting.</summary>
public sealed class ProviderMetadataTests
{
    [Fact]
    public async Task Problem_ProviderAnswers_IsNone()
    {
        await using var provider = await ExternalProvider.StartAsync();

        Assert.Null(await ProblemAsync(provider.Issuer));
    }

    [Fact]
    public async Task Problem_NoProviderThere_NamesAddressAndSetting()
    {
        var provider = await ExternalProvider.StartAsync();
        var address = provider.Issuer;
        await provider.DisposeAsync();

        var problem = await ProblemAsync(address);

        Assert.Contains($"{address}/.well-known/openid-configuration cannot be read", problem, StringComparison.Ordinal);
        Assert.Contains("Check Authentication:Oidc:Authority", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Problem_WrongPath_NamesAddressAndSetting()
    {
        await using var provider = await ExternalProvider.StartAsync();

        var problem = await ProblemAsync($"{provider.Issuer}/realms/none");

        Assert.Contains("/realms/none/.well-known/openid-configuration cannot be read", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Problem_AnotherIssuer_NamesBoth()
    {
        await using var provider = await ExternalProvider.StartAsync();

        var problem = await ProblemAsync(provider.Issuer.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

        Assert.Contains($"speaks for '{provider.Issuer}'", problem, StringComparison.Ordinal);
        Assert.Contains("Authentication:Oidc:Authority", problem, StringComparison.Ordinal);
    }

    private static async Task<string?> ProblemAsync(string authority)
    {
        using var client = new HttpClient();
        using var metadata = new ProviderMetadata(new Uri(authority), client, TimeProvider.System);
        return await metadata.ProblemAsync(TestContext.Current.CancellationToken);
    }
}
