using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ccm.Engine.Domain;
using Ccm.Portal.Identity;
using Ccm.Portal.Identity.Sessions;
using Ccm.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Ccm.Tests.Identity;

/// <summary>Against a provider that is certified and none of ours: what it understands by OpenID Connect is what CCM must.</summary>
public sealed partial class CertifiedProviderTests
{
    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public async Task SignIn_MappedGroup_GivesItsRole(string alg)
    {
        await using var provider = await OidcProviderServer.StartAsync();
        await using var host = await StartAsync(provider, alg: alg);
        await provider.KnowAsync("ann", "lab-admins", "nobody-knows");
        using var browser = host.Browse();

        Assert.Equal("ann|ann of the tests|Admin", await SignInAsync(browser, "ann"));
    }

    [Fact]
    public async Task SignIn_UnknownGroups_GiveNothing()
    {
        await using var provider = await OidcProviderServer.StartAsync();
        await using var host = await StartAsync(provider);
        await provider.KnowAsync("eve", "admin", "LAB-ADMINS");
        using var browser = host.Browse();

        Assert.Contains("you have no role here", await SignInAsync(browser, "eve"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_RefusedThere_EndsAtTheSignInPage()
    {
        await using var provider = await OidcProviderServer.StartAsync();
        await using var host = await StartAsync(provider);
        using var browser = host.Browse();

        Assert.Contains("did not complete", await SignInAsync(browser, "unknown"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignOut_AtThePortal_EndsTheProvidersSessionToo()
    {
        await using var provider = await OidcProviderServer.StartAsync();
        await using var host = await StartAsync(provider);
        await provider.KnowAsync("ann", "students");
        using var browser = host.Browse();
        await SignInAsync(browser, "ann");

        var (_, question) = await browser.SignOutAsync();
        var (response, body) = await ConfirmAsync(browser, question);
        var (again, _) = await browser.GetAsync("/");

        Assert.Equal("/account/sign-in", response.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains("You are signed out.", body, StringComparison.Ordinal);
        Assert.StartsWith("/interaction/", again.RequestMessage!.RequestUri!.AbsolutePath, StringComparison.Ordinal);
    }

    /// <summary>One of two sessions of a person is signed out at the provider: its open pages end at once, the other goes on.</summary>
    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public async Task SignOut_AtTheProvider_EndsThatSessionAndItsPages(string alg)
    {
        await using var provider = await OidcProviderServer.StartAsync();
        await using var host = await StartAsync(provider, alg: alg);
        await provider.KnowAsync("ann", "students");
        using var browser = host.Browse();
        await SignInAsync(browser, "ann");
        var ended = await FollowAsync(host, browser);
        using var elsewhere = host.Browse();
        await SignInAsync(elsewhere, "ann");

        var (_, question) = await browser.GetAsync(new Uri(provider.Issuer, "/session/end").ToString());
        await ConfirmAsync(browser, question);
        var (after, _) = await browser.Stepwise().GetAsync("/");
        var (_, other) = await elsewhere.GetAsync("/");

        Assert.Null(await ended.OrLate());
        Assert.Equal(HttpStatusCode.Redirect, after.StatusCode);
        Assert.Equal("ann|ann of the tests|User", other);
    }

    [Fact]
    public async Task KeysRotated_SessionsGoOn_AndNewOnesBeginAndEnd()
    {
        await using var provider = await OidcProviderServer.StartAsync();
        await using var host = await StartAsync(provider);
        await provider.KnowAsync("ann", "students");
        await provider.KnowAsync("bob", "lab-admins");
        using var ann = host.Browse();
        await SignInAsync(ann, "ann");
        await provider.RotateKeysAsync();

        var (_, goesOn) = await ann.GetAsync("/");
        using var bob = host.Browse();
        var began = await SignInAsync(bob, "bob");
        var ended = await FollowAsync(host, bob);
        await ConfirmAsync(bob, (await bob.GetAsync(new Uri(provider.Issuer, "/session/end").ToString())).Body);

        Assert.Equal("ann|ann of the tests|User", goesOn);
        Assert.Equal("bob|bob of the tests|Admin", began);
        Assert.Null(await ended.OrLate());
    }

    [Fact]
    public async Task RoleRemoved_WithAPageOpen_IsFoundWithinAMinute()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var provider = await OidcProviderServer.StartAsync();
        await using var host = await StartAsync(provider, time);
        await provider.KnowAsync("ann", "lab-admins", "students");
        using var browser = host.Browse();
        await SignInAsync(browser, "ann");
        var told = await FollowAsync(host, browser);

        await provider.KnowAsync("ann", "students");
        time.Advance(SessionWatch.Period);

        Assert.Equal([Role.User], Actors.ActorOf((await told.OrLate())!).Roles);
        Assert.Equal("ann|ann of the tests|User", (await browser.GetAsync("/")).Body);
    }

    [Fact]
    public async Task EveryRoleRemoved_WithAPageOpen_LeavesNoAccess()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var provider = await OidcProviderServer.StartAsync();
        await using var host = await StartAsync(provider, time);
        await provider.KnowAsync("ann", "lab-admins");
        using var browser = host.Browse();
        await SignInAsync(browser, "ann");
        var told = await FollowAsync(host, browser);

        await provider.KnowAsync("ann", []);
        time.Advance(SessionWatch.Period);

        Assert.Empty(Actors.ActorOf((await told.OrLate())!).Roles);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("/")).Response.StatusCode);
    }

    /// <summary>With a refresh token the provider can say no: the person is gone there.</summary>
    [Fact]
    public async Task PersonRemoved_WithAPageOpen_EndsTheSession()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var provider = await OidcProviderServer.StartAsync();
        await using var host = await StartAsync(provider, time);
        await provider.KnowAsync("ann", "lab-admins");
        using var browser = host.Browse();
        await SignInAsync(browser, "ann");
        var told = await FollowAsync(host, browser);

        await provider.KnowAsync("ann", null);
        time.Advance(SessionWatch.Period);

        Assert.Null(await told.OrLate());
        Assert.Equal(HttpStatusCode.Redirect, (await browser.Stepwise().GetAsync("/")).Response.StatusCode);
    }

    [Fact]
    public async Task ProviderGone_SessionsGoOn_AndNobodyElseGetsIn()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var provider = await OidcProviderServer.StartAsync();
        await using var host = await StartAsync(provider, time);
        await provider.KnowAsync("ann", "lab-admins");
        using var browser = host.Browse();
        await SignInAsync(browser, "ann");
        var told = await FollowAsync(host, browser);
        await provider.DisposeAsync();

        time.Advance(SessionWatch.Period);
        time.Advance(SessionWatch.Period);
        using var other = new Browser(host.Address, follow: false);
        var (page, said) = await other.GetAsync("/account/sign-in");
        var (demo, _) = await other.PostAsync("/account/sign-in", ("demo", "admin"));

        Assert.Equal("ann|ann of the tests|Admin", (await browser.GetAsync("/")).Body);
        Assert.False(told.IsCompleted);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("The identity provider cannot be reached.", said, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, demo.StatusCode);
    }

    [Theory]
    [InlineData("lab-admins", HttpStatusCode.OK)]
    [InlineData("nobody-knows", HttpStatusCode.Forbidden)]
    public async Task Api_TokenOfAProgram_CountsByItsGroups(string group, HttpStatusCode expected)
    {
        await using var provider = await OidcProviderServer.StartAsync();
        await using var host = await StartAsync(provider);
        await provider.KnowAsync("robot", group);
        using var client = new HttpClient();
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", "ccm"), new("client_secret", "s3cret-of-the-portal-at-work"), new("resource", "urn:ccm:api")]);
        using var granted = await client.PostAsync(new Uri(provider.Issuer, "/token"), form, TestContext.Current.CancellationToken);
        var token = (await granted.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("access_token").GetString();

        using var response = await host.GetAsync("/api/v1/who", token);

        Assert.Equal(expected, response.StatusCode);
    }

    private static async Task<IdentityHost> StartAsync(OidcProviderServer provider, TimeProvider? time = null, string alg = "ES256")
    {
        var host = await IdentityHost.StartAsync(settings: provider.Settings(), services: services => services.AddSingleton(time ?? TimeProvider.System));
        await provider.ServeAsync(host.Address, alg);
        return host;
    }

    /// <summary>Opens the portal, is led to the provider's form, and sends it; what the portal then shows.</summary>
    private static async Task<string> SignInAsync(Browser browser, string name)
    {
        var (form, _) = await browser.GetAsync("/");
        Assert.StartsWith("/interaction/", form.RequestMessage!.RequestUri!.AbsolutePath, StringComparison.Ordinal);
        return (await browser.PostAsync(form.RequestMessage.RequestUri.ToString(), ("username", name))).Body;
    }

    /// <summary>Says yes to the provider's question whether to sign out there.</summary>
    private static Task<(HttpResponseMessage Response, string Body)> ConfirmAsync(Browser browser, string question)
    {
        var form = LogoutForm().Match(question);
        Assert.True(form.Success, question);
        return browser.PostAsync(form.Groups["action"].Value, ("xsrf", form.Groups["xsrf"].Value), ("logout", "yes"));
    }

    /// <summary>An open page of the browser's session; the result is what it is told.</summary>
    private static async Task<Task<ClaimsPrincipal?>> FollowAsync(IdentityHost host, Browser browser)
    {
        var (_, key) = await browser.GetAsync("/ticket");
        var ticket = await host.Services.GetRequiredService<TicketStore>().RetrieveAsync(key);
        var told = new TaskCompletionSource<ClaimsPrincipal?>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<SessionWatch>().Follow(ticket!.Principal, now => told.TrySetResult(now));
        return told.Task;
    }

    [GeneratedRegex("""<form[^>]*action="(?<action>[^"]*)"[^>]*>.*?name="xsrf" value="(?<xsrf>[^"]*)""", RegexOptions.Singleline)]
    private static partial Regex LogoutForm();
}
