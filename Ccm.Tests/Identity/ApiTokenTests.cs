using System.Net;

namespace Ccm.Tests.Identity;

public sealed class ApiTokenTests
{
    [Fact]
    public async Task Token_DemoClient_IsAdminAtTheApi()
    {
        await using var host = await IdentityHost.StartAsync();

        using var response = await host.GetAsync("/api/v1/who", await host.TokenAsync());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("ccm-demo|ccm-demo|Admin", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("wrong", "ccm.api", "client_credentials", "invalid_client")]
    [InlineData("", "ccm.api", "client_credentials", "invalid_request")]
    [InlineData("ccm-demo", "profile", "client_credentials", "invalid_scope")]
    [InlineData("ccm-demo", "ccm.api", "password", "unsupported_grant_type")]
    public async Task Token_WrongRequest_IsRefused(string secret, string scope, string grant, string error)
    {
        await using var host = await IdentityHost.StartAsync();

        using var response = await host.RequestTokenAsync(secret, scope, grant);

        Assert.False(response.IsSuccessStatusCode);
        Assert.Contains(error, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/who")]
    [InlineData("/api/v1/default")]
    [InlineData("/hubs/state")]
    public async Task Api_NoToken_Answers401(string path)
    {
        await using var host = await IdentityHost.StartAsync();

        using var response = await host.GetAsync(path);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Null(response.Headers.Location);
    }

    [Fact]
    public async Task Api_TamperedToken_Answers401()
    {
        await using var host = await IdentityHost.StartAsync();
        var parts = (await host.TokenAsync()).Split('.');
        // The first character carries whole bits of the signature; the last one may not.
        parts[2] = (parts[2][0] == 'A' ? 'B' : 'A') + parts[2][1..];

        using var response = await host.GetAsync("/api/v1/who", string.Join('.', parts));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Api_TokenOfAnotherHost_Answers401()
    {
        await using var host = await IdentityHost.StartAsync();
        await using var other = await IdentityHost.StartAsync();

        using var response = await host.GetAsync("/api/v1/who", await other.TokenAsync());

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Hub_TokenInTheAddress_IsTaken()
    {
        await using var host = await IdentityHost.StartAsync();
        var token = await host.TokenAsync();

        using var hub = await host.GetAsync($"/hubs/state?access_token={token}");
        using var api = await host.GetAsync($"/api/v1/who?access_token={token}");

        Assert.Equal(HttpStatusCode.OK, hub.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
    }

    [Fact]
    public async Task Restart_SameDataDirectory_KeepsTokensValid()
    {
        using var directory = new TemporaryDirectory();
        string token;
        await using (var first = await IdentityHost.StartAsync(directory.Path))
            token = await first.TokenAsync();

        await using var second = await IdentityHost.StartAsync(directory.Path);
        using var response = await second.GetAsync("/api/v1/who", token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Api_SessionCookie_IsNotEnough()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        await browser.SignInAsync("/", "admin", "admin");

        var (api, _) = await browser.GetAsync("/api/v1/who");
        var (hub, _) = await browser.GetAsync("/hubs/state");

        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
        Assert.Equal(HttpStatusCode.OK, hub.StatusCode);
    }
}
