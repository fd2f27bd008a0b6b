using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ccm.Engine.Domain;
using Ccm.Portal.Identity;
using Ccm.Portal.Identity.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Ccm.Tests.Identity;

public sealed class SessionTests
{
    [Fact]
    public async Task SignOut_OldCookie_IsRefused()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        await browser.SignInAsync("/", "admin", "admin");
        var cookie = browser.Cookies.GetCookies(host.Address)["ccm"]!.Value;

        var (response, body) = await browser.SignOutAsync();
        using var thief = Browser.Holding(host.Address, cookie);
        var (after, _) = await thief.GetAsync("/");

        Assert.Equal("/account/sign-in", response.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains("You are signed out.", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, after.StatusCode);
        Assert.Equal("/account/sign-in", after.Headers.Location!.AbsolutePath);
    }

    [Fact]
    public async Task Session_CopiedCookie_WorksUntilSignOut()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        await browser.SignInAsync("/", "admin", "admin");

        using var copy = Browser.Holding(host.Address, browser.Cookies.GetCookies(host.Address)["ccm"]!.Value);
        var (response, _) = await copy.GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task SignOut_WithoutAntiforgeryToken_ChangesNothing()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        await browser.SignInAsync("/", "admin", "admin");

        var (refused, _) = await browser.PostAsync("/account/sign-out");
        var (after, body) = await browser.GetAsync("/");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Equal("admin|admin|Admin", body);
    }

    [Fact]
    public async Task Session_TamperedCookie_IsRefused()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        await browser.SignInAsync("/", "admin", "admin");
        var value = browser.Cookies.GetCookies(host.Address)["ccm"]!.Value.ToCharArray();
        value[value.Length / 2] = value[value.Length / 2] == 'A' ? 'B' : 'A';

        using var forger = Browser.Holding(host.Address, new string(value));
        var (response, _) = await forger.GetAsync("/");

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }

    [Fact]
    public async Task Session_Cookie_IsShortHttpOnlyAndLax()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        var (_, page) = await browser.GetAsync("/");
        using var steps = browser.Stepwise();
        var (step, _) = await steps.PostAsync("/account/sign-in", Browser.Hidden(page, "__RequestVerificationToken"), ("demo", "admin"));
        while (!step.RequestMessage!.RequestUri!.AbsolutePath.StartsWith("/signin-oidc", StringComparison.Ordinal))
            (step, _) = await steps.GetAsync(step.Headers.Location!.ToString());

        var cookie = Assert.Single(step.Headers.GetValues("Set-Cookie"), value => value.StartsWith("ccm=", StringComparison.Ordinal));

        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires=", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.True(cookie.Length < 600, "The ticket belongs on the server, not into the cookie.");
    }

    [Fact]
    public async Task Session_InUse_SlidesAndIdleEnds()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await IdentityHost.StartAsync(services: services => services.AddSingleton<TimeProvider>(time));
        using var browser = host.Browse();
        await browser.SignInAsync("/", "admin", "admin");
        using var steps = browser.Stepwise();

        foreach (var _ in Enumerable.Range(0, 3))
        {
            time.Advance(TimeSpan.FromHours(7));
            var (used, _) = await steps.GetAsync("/");
            Assert.Equal(HttpStatusCode.OK, used.StatusCode);
        }

        time.Advance(TimeSpan.FromHours(8) + TimeSpan.FromSeconds(1));
        var (idle, _) = await steps.GetAsync("/");

        Assert.Equal(HttpStatusCode.Redirect, idle.StatusCode);
    }

    [Fact]
    public async Task Session_OverHttps_HasAHostCookie()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await using var host = await IdentityHost.StartAsync(certificate: certificate);
        using var browser = host.Browse();

        var (_, body) = await browser.SignInAsync("/", "user", "user");

        Assert.Equal("user|user|User", body);
        var cookie = Assert.Single(browser.Cookies.GetCookies(host.Address), cookie => cookie.Name.Contains("ccm", StringComparison.Ordinal) && cookie.Name != "ccm-antiforgery");
        Assert.Equal("__Host-ccm", cookie.Name);
        Assert.True(cookie.Secure);
    }

    /// <summary>With a cache that outlives the process, as Redis does, a restart costs nobody their session.</summary>
    [Fact]
    public async Task Restart_CacheKept_KeepsSessions()
    {
        using var directory = new TemporaryDirectory();
        var cache = new RememberingCache();
        string cookie;
        await using (var first = await IdentityHost.StartAsync(directory.Path, services: services => services.AddSingleton<IDistributedCache>(cache)))
        {
            using var browser = first.Browse();
            await browser.SignInAsync("/", "viewer", "viewer");
            cookie = browser.Cookies.GetCookies(first.Address)["ccm"]!.Value;
        }

        await using var second = await IdentityHost.StartAsync(directory.Path, services: services => services.AddSingleton<IDistributedCache>(cache));
        using var again = Browser.Holding(second.Address, cookie);
        var (response, body) = await again.GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("viewer|viewer|Viewer", body);
    }

    /// <summary>Whoever reads the cache must not learn who is signed in.</summary>
    [Fact]
    public async Task Ticket_InTheCache_IsEncrypted()
    {
        var cache = new RememberingCache();
        await using var host = await IdentityHost.StartAsync(services: services => services.AddSingleton<IDistributedCache>(cache));
        using var browser = host.Browse();

        await browser.SignInAsync("/", "operator", "operator");

        var value = Assert.Single(cache.Values).Value;
        Assert.DoesNotContain("operator", System.Text.Encoding.UTF8.GetString(value), StringComparison.Ordinal);
    }

    /// <summary>The request that prolongs a session read it before a sign-out removed it.</summary>
    [Fact]
    public async Task Prolong_SignedOutMeanwhile_StaysSignedOut()
    {
        await using var host = await IdentityHost.StartAsync();
        var tickets = host.Services.GetRequiredService<TicketStore>();
        var key = await tickets.StoreAsync(new(IdentityClaims.Principal("ann", "Ann", [Role.Viewer]), new(), "Cookies"));
        var read = (await tickets.RetrieveAsync(key))!;
        await tickets.RemoveAsync(key);

        await tickets.RenewAsync(key, read, new DefaultHttpContext(), TestContext.Current.CancellationToken);

        Assert.Null(await tickets.RetrieveAsync(key));
    }

    [Fact]
    public async Task Prolong_RolesChangedMeanwhile_KeepsTheNewOnes()
    {
        await using var host = await IdentityHost.StartAsync();
        var tickets = host.Services.GetRequiredService<TicketStore>();
        var key = await tickets.StoreAsync(new(IdentityClaims.Principal("ann", "Ann", [Role.Admin]), new(), "Cookies"));
        var read = (await tickets.RetrieveAsync(key))!;
        await tickets.UpdateAsync(key, kept => new(IdentityClaims.Principal("ann", "Ann", [Role.Viewer]), kept.Properties, kept.AuthenticationScheme));
        var ends = TimeProvider.System.GetUtcNow().AddHours(8);
        read.Properties.ExpiresUtc = ends;

        await tickets.RenewAsync(key, read, new DefaultHttpContext(), TestContext.Current.CancellationToken);
        var kept = (await tickets.RetrieveAsync(key))!;

        Assert.Equal([Role.Viewer], Actors.ActorOf(kept.Principal).Roles);
        Assert.Equal(ends.ToUnixTimeSeconds(), kept.Properties.ExpiresUtc!.Value.ToUnixTimeSeconds());
    }
}
