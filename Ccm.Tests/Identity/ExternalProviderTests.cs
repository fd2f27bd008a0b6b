using System.Net;

namespace Ccm.Tests.Identity;

public sealed class ExternalProviderTests
{
    [Theory]
    [InlineData("ann-1|Ann|Admin", "lab-admins", "unknown")]
    [InlineData("ann-1|Ann|Viewer", "https://groups.example/7")]
    [InlineData("ann-1|Ann|Viewer,Admin", "lab-admins", "https://groups.example/7", "lab-admins")]
    public async Task SignIn_MappedGroup_GivesItsRole(string expected, params string[] groups)
    {
        await using var provider = await ExternalProvider.StartAsync();
        provider.Groups = groups;
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());
        using var browser = host.Browse();

        var (_, body) = await browser.GetAsync("/workers");

        Assert.Equal(expected, body);
    }

    /// <summary>A group named like a role means nothing once a map is given.</summary>
    [Theory]
    [InlineData("staff")]
    [InlineData("admin")]
    [InlineData("LAB-ADMINS")]
    [InlineData("3")]
    public async Task SignIn_UnknownGroup_HasNoAccess(string group)
    {
        await using var provider = await ExternalProvider.StartAsync();
        provider.Groups = [group];
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());
        using var browser = host.Browse();

        var (response, body) = await browser.GetAsync("/workers");
        var (hub, _) = await browser.GetAsync("/hubs/state");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("/account/no-access", response.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains("you have no role here", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, hub.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SignOut_EndsAtThePageThatAsksBeforeGoingBack(bool providerOffersLogout)
    {
        await using var provider = await ExternalProvider.StartAsync();
        provider.OffersLogout = providerOffersLogout;
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());
        using var browser = host.Browse();
        await browser.GetAsync("/");

        var (response, body) = await browser.SignOutAsync();
        var (after, _) = await browser.Stepwise().GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("You are signed out.", body, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"password\"", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, after.StatusCode);
    }

    [Fact]
    public async Task SignIn_ButtonAfterSignOut_GoesToTheProviderAgain()
    {
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());
        using var browser = host.Browse();
        var (_, page) = await browser.GetAsync("/account/sign-in?reason=signed-out");

        var (_, body) = await browser.PostAsync("/account/sign-in", Browser.Hidden(page, "__RequestVerificationToken"), ("returnUrl", "/workers"));

        Assert.Equal("ann-1|Ann|Admin", body);
    }

    [Fact]
    public async Task SignIn_ProviderDown_SaysSoAndLetsNobodyIn()
    {
        var provider = await ExternalProvider.StartAsync();
        var settings = provider.Settings();
        await provider.DisposeAsync();
        await using var host = await IdentityHost.StartAsync(settings: settings);
        using var browser = host.Browse();

        var (response, body) = await browser.GetAsync("/");
        var (demo, _) = await browser.PostAsync("/account/sign-in", Browser.Hidden(body, "__RequestVerificationToken"), ("demo", "admin"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, demo.StatusCode);
    }

    [Fact]
    public async Task Embedded_WithAnAuthority_DoesNotExist()
    {
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());

        using var token = await host.RequestTokenAsync();
        using var discovery = await host.GetAsync("/.well-known/openid-configuration");

        Assert.Equal(HttpStatusCode.NotFound, token.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, discovery.StatusCode);
    }

    [Theory]
    [InlineData("ccm.api", "lab-admins", HttpStatusCode.OK)]
    [InlineData("ccm.api", "staff", HttpStatusCode.Forbidden)]
    [InlineData("portal-at-work", "lab-admins", HttpStatusCode.Unauthorized)]
    public async Task Api_ProvidersToken_NeedsAudienceAndRole(string audience, string group, HttpStatusCode expected)
    {
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());

        using var response = await host.GetAsync("/api/v1/who", provider.AccessToken(audience, group));

        Assert.Equal(expected, response.StatusCode);
    }
}
