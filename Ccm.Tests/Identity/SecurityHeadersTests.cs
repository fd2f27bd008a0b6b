using System.Net;
using System.Net.Sockets;
using Ccm.Portal.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ccm.Tests.Identity;

public sealed class SecurityHeadersTests
{
    [Theory]
    [InlineData("/open", HttpStatusCode.OK)]
    [InlineData("/account/sign-in", HttpStatusCode.OK)]
    [InlineData("/absent", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/who", HttpStatusCode.Unauthorized)]
    [InlineData("/.well-known/openid-configuration", HttpStatusCode.OK)]
    public async Task Answers_OfEveryKind_CarryTheHeaders(string path, HttpStatusCode status)
    {
        await using var host = await IdentityHost.StartAsync();

        using var response = await host.GetAsync(path);

        Assert.Equal(status, response.StatusCode);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("form-action 'self';", policy, StringComparison.Ordinal);
        Assert.Contains($"ws://127.0.0.1:{host.Address.Port}", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Request_WithoutAHost_IsRefused()
    {
        await using var host = await IdentityHost.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Address.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("GET /open HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());

        Assert.Equal("HTTP/1.1 400 Bad Request", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nonce_IsNewEachTimeAndTheOneInThePolicy()
    {
        await using var host = await IdentityHost.StartAsync();

        using var first = await host.GetAsync("/open");
        using var second = await host.GetAsync("/open");
        var nonce = await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(nonce, await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"script-src 'self' 'nonce-{nonce}';", Assert.Single(first.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FormAction_ExternalProvider_IncludesItsOrigin()
    {
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());

        using var response = await host.GetAsync("/open");

        Assert.Contains($"form-action 'self' {provider.Issuer};", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignInPage_KeepsTheSitesOwnPolicy()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();

        var (response, body) = await browser.GetAsync("/account/sign-in");

        Assert.DoesNotContain("<script", body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(" on[a-z]+=", body);
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Theory]
    [InlineData("https://evil.example", true)]
    [InlineData("http://127.0.0.1:1", true)]
    [InlineData("null", true)]
    [InlineData("", false)]
    public async Task Hub_ForeignOrigin_IsRefused(string origin, bool refused)
    {
        await using var host = await IdentityHost.StartAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, "/hubs/state"));
        request.Headers.Add("Origin", origin.Length > 0 ? origin : host.Address.GetLeftPart(UriPartial.Authority));
        request.Headers.Authorization = new("Bearer", await host.TokenAsync());

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(refused ? HttpStatusCode.Forbidden : HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("https", "ccm.example", "https://ccm.example", false)]
    [InlineData("http", "ccm.example", "https://ccm.example", false)]
    [InlineData("https", "ccm.example:8443", "https://ccm.example", true)]
    [InlineData("https", "ccm.example", "https://ccm.example.evil.example", true)]
    public void SameOrigin_BehindATlsProxy_ComparesNameAndPort(string scheme, string host, string origin, bool refused)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Scheme, request.Host, request.Path) = ("GET", scheme, new HostString(host), "/_blazor");
        request.Headers.Origin = origin;

        Assert.Equal(refused, SameOrigin.Refuses(request));
    }
}
