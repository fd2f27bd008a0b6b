using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace Ccm.Tests.Identity;

public sealed class EmbeddedAuthorityTests
{
    [Fact]
    public async Task Discovery_IssuerFollowsTheRequestsAddress()
    {
        await using var host = await IdentityHost.StartAsync();
        using var client = new HttpClient();

        var document = await client.GetFromJsonAsync<JsonElement>(
            new Uri($"http://localhost:{host.Address.Port}/.well-known/openid-configuration"), TestContext.Current.CancellationToken);
        var keys = await client.GetFromJsonAsync<JsonElement>(document.GetProperty("jwks_uri").GetString(), TestContext.Current.CancellationToken);

        Assert.Equal($"http://localhost:{host.Address.Port}/", document.GetProperty("issuer").GetString());
        var key = Assert.Single(keys.GetProperty("keys").EnumerateArray());
        Assert.False(key.TryGetProperty("d", out _));
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("::ffff:10.1.2.3")]
    public async Task Requests_FromAfar_AreRefused(string peer)
    {
        await using var host = await IdentityHost.StartAsync(pipeline: app => app.Use((context, next) =>
        {
            context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
            return next(context);
        }));
        using var browser = host.Browse();

        using var token = await host.RequestTokenAsync();
        using var discovery = await host.GetAsync("/.well-known/openid-configuration");
        var (page, body) = await browser.GetAsync("/account/sign-in");
        var (signIn, _) = await browser.PostAsync("/account/sign-in", Browser.Hidden(body, "__RequestVerificationToken"), ("demo", "admin"));

        Assert.Equal(HttpStatusCode.BadRequest, token.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, discovery.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, signIn.StatusCode);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("Host", "rebound.example")]
    public async Task Token_ThroughAProxyOrAForeignName_IsRefused(string header, string value)
    {
        await using var host = await IdentityHost.StartAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, "/connect/token"));
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_id"] = "ccm-demo", ["client_secret"] = "ccm-demo", ["scope"] = "ccm.api",
        });
        request.Headers.Add(header, value);

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("client_id=ccm-portal&redirect_uri=https://evil.example/cb")]
    [InlineData("client_id=ccm-demo&redirect_uri={0}signin-oidc")]
    [InlineData("client_id=ccm-portal&redirect_uri={0}signin-oidc", false)]
    public async Task Authorize_ForeignClientOrNoProofKey_GivesNoCode(string query, bool withProofKey = true)
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        var (_, page) = await browser.GetAsync("/account/sign-in");
        var challenge = withProofKey ? "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256" : "";
        var address = "/connect/authorize?response_type=code&scope=openid&" + string.Format(null, query, host.Address) + challenge;
        using var steps = browser.Stepwise();
        // The hand-over cookie is there, as it would be for a person who has just given the password.
        await steps.PostAsync("/account/sign-in", Browser.Hidden(page, "__RequestVerificationToken"), ("demo", "admin"));

        var (response, _) = await steps.GetAsync(address);

        Assert.DoesNotContain("code=", response.Headers.Location?.Query ?? "", StringComparison.Ordinal);
        Assert.NotEqual("evil.example", response.Headers.Location?.Host);
    }

    [Fact]
    public async Task Authorize_SecondTime_AsksForThePasswordAgain()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        var (_, page) = await browser.GetAsync("/account/sign-in");
        using var steps = browser.Stepwise();
        var (challenge, _) = await steps.PostAsync("/account/sign-in", Browser.Hidden(page, "__RequestVerificationToken"), ("demo", "admin"));
        var address = challenge.Headers.Location!.ToString();

        var (first, _) = await steps.GetAsync(address);
        var (second, _) = await steps.GetAsync(address);

        Assert.Contains("code=", first.Headers.Location!.Query, StringComparison.Ordinal);
        Assert.StartsWith("/account/sign-in?returnUrl=%2Fconnect%2Fauthorize", second.Headers.Location!.ToString(), StringComparison.Ordinal);
    }
}
