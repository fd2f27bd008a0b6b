using System.Net;

namespace Ccm.Tests.Identity;

/// <summary>What a request says of whom it speaks for counts only where a known proxy says it.</summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData("127.0.0.1", "https://ccm.example/signin-oidc")]
    [InlineData("127.0.0.0/8, ::1", "https://ccm.example/signin-oidc")]
    [InlineData("10.0.0.0/8", null)]
    [InlineData("", null)]
    public async Task Forwarded_HostAndScheme_CountFromKnownNetworksOnly(string known, string? redirect)
    {
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: new(provider.Settings()) { ["Ccm:Proxy:KnownNetworks"] = known });
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, "/account/sign-in"));
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "ccm.example");

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Contains($"redirect_uri={Uri.EscapeDataString(redirect ?? $"{host.Address.GetLeftPart(UriPartial.Authority)}/signin-oidc")}&", response.Headers.Location!.Query, StringComparison.Ordinal);
    }

    /// <summary>The demo users are for this machine alone, and a proxy on it that says nothing of its client must not open them to others.</summary>
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", "203.0.113.7", HttpStatusCode.Forbidden)]
    [InlineData("", "127.0.0.1", HttpStatusCode.Forbidden)]
    public async Task DemoUsers_BehindAProxy_AreForThisMachine(string known, string client, HttpStatusCode expected)
    {
        await using var host = await IdentityHost.StartAsync(settings: new() { ["Ccm:Proxy:KnownNetworks"] = known });
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, "/account/sign-in"));
        request.Headers.Add("X-Forwarded-For", client);

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.StatusCode);
    }
}
