using System.Net;
using Ccm.Portal.Identity;
using Ccm.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Ccm.Tests.Identity;

/// <summary>What counts as a provider's word that somebody signed out, and what does not.</summary>
public sealed class BackChannelLogoutTests
{
    private const string Nothing = "nothing";

    [Theory]
    [InlineData("session-1", null)]
    [InlineData(null, "ann-1")]
    [InlineData("session-1", "ann-1")]
    public async Task Logout_OfSessionOrSubject_EndsTheSession(string? sid, string? subject)
    {
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());
        using var browser = host.Browse();
        await browser.GetAsync("/");

        var (response, _) = await SendAsync(browser, provider.LogoutToken(new() { ["sid"] = sid, ["sub"] = subject }));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.False(await IsSignedInAsync(browser));
    }

    /// <summary>Another session of the same person was meant.</summary>
    [Fact]
    public async Task Logout_OfAnotherSession_EndsNothingElse()
    {
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());
        using var browser = host.Browse();
        await browser.GetAsync("/");

        var (response, _) = await SendAsync(browser, provider.LogoutToken(new() { ["sid"] = "session-2" }));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(await IsSignedInAsync(browser));
    }

    /// <summary>Every session of a person, in whatever browser.</summary>
    [Fact]
    public async Task Logout_OfTheSubject_EndsAllSessions()
    {
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());
        using var one = host.Browse();
        await one.GetAsync("/");
        provider.Session = "session-2";
        using var two = host.Browse();
        await two.GetAsync("/");

        await SendAsync(one, provider.LogoutToken([]));

        Assert.False(await IsSignedInAsync(one));
        Assert.False(await IsSignedInAsync(two));
    }

    public static TheoryData<string, Dictionary<string, object?>> Wrong => new()
    {
        { "names neither", new() { ["sub"] = null } },
        { "nonce", new() { ["nonce"] = "n" } },
        { "no logout", new() { ["events"] = null } },
        { "no logout", new() { ["events"] = new Dictionary<string, object> { ["http://schemas.openid.net/event/other"] = new Dictionary<string, object>() } } },
        { "no logout", new() { ["events"] = "http://schemas.openid.net/event/backchannel-logout" } },
        { "no id", new() { ["jti"] = null } },
        { "refused", new() { ["iss"] = "https://evil.example" } },
        { "refused", new() { ["exp"] = TimeProvider.System.GetUtcNow().AddMinutes(-5).ToUnixTimeSeconds() } },
        { "refused", new() { ["iat"] = TimeProvider.System.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds() } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Logout_WrongClaims_IsRefusedAndEndsNothing(string reason, Dictionary<string, object?> claims)
    {
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());
        using var browser = host.Browse();
        await browser.GetAsync("/");

        var (response, body) = await SendAsync(browser, provider.LogoutToken(claims));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(reason, body, StringComparison.Ordinal);
        Assert.True(await IsSignedInAsync(browser));
    }

    [Theory]
    [InlineData("portal-at-work", true)]
    [InlineData("another-client", false)]
    [InlineData(IdentitySettings.ApiAudience, false)]
    public async Task Logout_ForgedOrForAnother_IsRefused(string audience, bool forged)
    {
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());
        using var browser = host.Browse();
        await browser.GetAsync("/");

        var (response, _) = await SendAsync(browser, provider.LogoutToken([], audience, forged));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.True(await IsSignedInAsync(browser));
    }

    [Theory]
    [InlineData(Nothing)]
    [InlineData("")]
    [InlineData("not.a.token")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4tMSJ9.")]
    public async Task Logout_NoToken_IsRefused(string token)
    {
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());
        using var browser = host.Browse();

        var (response, _) = token == Nothing ? await browser.PostAsync(BackChannelLogout.Path) : await SendAsync(browser, token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Logout_UsedTwice_IsRefusedTheSecondTime()
    {
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings());
        using var browser = host.Browse();
        var token = provider.LogoutToken([]);
        await SendAsync(browser, token);
        await browser.GetAsync("/");

        var (response, body) = await SendAsync(browser, token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("used before", body, StringComparison.Ordinal);
        Assert.True(await IsSignedInAsync(browser));
    }

    /// <summary>One that could not be carried out may come again.</summary>
    [Fact]
    public async Task Logout_SessionsAway_IsRefusedAndWorksOnceTheyAreBack()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: new(provider.Settings()) { ["ConnectionStrings:redis"] = redis.Endpoint });
        using var browser = host.Browse();
        await browser.GetAsync("/");
        var token = provider.LogoutToken([]);
        await redis.KillAsync();

        var (away, _) = await SendAsync(browser, token);
        await redis.RunAsync();
        await Eventually.HoldsAsync(async () => (await SendAsync(browser, token)).Response.StatusCode == HttpStatusCode.OK, "the logout is taken");

        Assert.Equal(HttpStatusCode.BadRequest, away.StatusCode);
    }

    /// <summary>Whichever way this machine's clock jumps, a token that is not of now counts for nothing.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    public async Task Token_ClockJumped_FailsClosed(int hours, bool counts)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(hours));
        await using var provider = await ExternalProvider.StartAsync();
        await using var host = await IdentityHost.StartAsync(settings: provider.Settings(), services: services => services.AddSingleton<TimeProvider>(time));
        using var browser = host.Browse();

        using var api = await host.GetAsync("/api/v1/who", provider.AccessToken(groups: "lab-admins"));
        var (logout, _) = await SendAsync(browser, provider.LogoutToken([]));
        await browser.GetAsync("/");

        Assert.Equal(counts ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, api.StatusCode);
        Assert.Equal(counts ? HttpStatusCode.OK : HttpStatusCode.BadRequest, logout.StatusCode);
        Assert.Equal(counts, await IsSignedInAsync(browser));
    }

    private static Task<(HttpResponseMessage Response, string Body)> SendAsync(Browser browser, string token) => browser.PostAsync(BackChannelLogout.Path, ("logout_token", token));

    private static async Task<bool> IsSignedInAsync(Browser browser) => (await browser.Stepwise().GetAsync("/")).Response.StatusCode == HttpStatusCode.OK;
}
