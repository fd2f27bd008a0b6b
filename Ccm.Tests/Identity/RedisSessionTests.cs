using System.Net;
using Ccm.Engine.Domain;
using Ccm.Portal;
using Ccm.Portal.Identity;
using Ccm.Portal.Identity.Sessions;
using Ccm.Tests.Servers;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Identity;

/// <summary>Sessions on a real Redis: two replicas share them, and its loss costs a sign-in at the most.</summary>
public sealed class RedisSessionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task Restart_TheSameRedis_KeepsTheSession()
    {
        await using var redis = await RedisServer.ObtainAsync();
        string cookie;
        await using (var first = await StartAsync(redis))
            cookie = await SignInAsync(first);

        await using var second = await StartAsync(redis);
        using var again = Browser.Holding(second.Address, cookie);
        var (response, body) = await again.GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("admin|admin|Admin", body);
    }

    [Fact]
    public async Task SignIn_KeyInRedis_HasThePrefixAndAnEnd()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await StartAsync(redis);

        await SignInAsync(host);

        Assert.Equal("1", await redis.SendAsync("EVAL \"return #redis.call('keys','ccm:session:*')\" 0"));
        Assert.Equal("1", await redis.SendAsync("EVAL \"return #redis.call('keys','ccm:subject:*')\" 0"));
        Assert.Equal("2", await redis.SendAsync("DBSIZE"));
        foreach (var n in new[] { 1, 2 })
        {
            var seconds = int.Parse(await redis.SendAsync($"EVAL \"return redis.call('ttl',redis.call('keys','*')[{n}])\" 0"), System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(seconds, 1, (int)TicketStore.Lifetime.TotalSeconds);
        }
    }

    [Fact]
    public async Task Flush_EverythingForgotten_CostsASignInAndNothingElse()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await StartAsync(redis);
        using var browser = host.Browse();
        await browser.SignInAsync("/", "admin", "admin");
        var token = await host.TokenAsync();
        var secret = host.Services.GetDataProtector("test").Protect("kept");

        await redis.FlushAsync();
        var (page, _) = await browser.GetAsync("/");
        var (_, again) = await browser.SignInAsync("/", "admin", "admin");
        using var api = await host.GetAsync("/api/v1/who", token);

        Assert.Equal("/account/sign-in", page.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal("admin|admin|Admin", again);
        Assert.Equal(HttpStatusCode.OK, api.StatusCode);
        Assert.Equal("kept", host.Services.GetDataProtector("test").Unprotect(secret));
    }

    [Fact]
    public async Task RedisStopped_PagesAndSignIn_FailClosedAndRestGoesOn()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await StartAsync(redis);
        using var browser = host.Browse();
        await browser.SignInAsync("/", "admin", "admin");
        var (_, form) = await browser.GetAsync("/form-token");
        var token = await host.TokenAsync();
        await redis.KillAsync();

        var (page, pageBody) = await browser.GetAsync("/");
        var (signOut, _) = await browser.PostAsync("/account/sign-out", ("__RequestVerificationToken", form));
        using var other = host.Browse();
        var (signIn, signInBody) = await other.SignInAsync("/", "user", "user");
        using var api = await host.GetAsync("/api/v1/who", token);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "/"), (page.StatusCode, page.RequestMessage!.RequestUri!.AbsolutePath));
        Assert.Contains("Sessions cannot be read just now.", pageBody, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, signOut.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, signIn.StatusCode);
        Assert.Contains("Sessions cannot be read just now.", signInBody, StringComparison.Ordinal);
        Assert.DoesNotContain(other.Cookies.GetCookies(host.Address), cookie => cookie.Name == SessionCookie.Name);
        Assert.Equal(HttpStatusCode.OK, api.StatusCode);
    }

    [Fact]
    public async Task RedisBack_SignIn_WorksAgain()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await StartAsync(redis);
        using var browser = host.Browse();
        await browser.SignInAsync("/", "admin", "admin");
        await redis.KillAsync();
        var (away, _) = await browser.GetAsync("/");
        await redis.RunAsync();

        await BackAsync(browser).OrLate();
        var (_, body) = await browser.SignInAsync("/", "admin", "admin");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        Assert.Equal("admin|admin|Admin", body);
    }

    /// <summary>The portal comes up without Redis, and needs no restart once it is there.</summary>
    [Fact]
    public async Task Start_RedisAway_WorksOnceItIsThere()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.KillAsync();
        await using var host = await StartAsync(redis);
        using var browser = host.Browse();
        var (away, _) = await browser.SignInAsync("/", "admin", "admin");
        await redis.RunAsync();

        var body = await SignInOnceBackAsync(host).OrLate();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        Assert.Equal("admin|admin|Admin", body);
    }

    [Fact]
    public async Task SignOut_OnOneReplica_EndsTheSessionAndTheCircuitOnTheOther()
    {
        await using var redis = await RedisServer.ObtainAsync();
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        using var browser = one.Browse();
        await browser.SignInAsync("/", "admin", "admin");
        using var onTwo = Browser.Holding(two.Address, browser.Cookies.GetCookies(one.Address)[SessionCookie.Name]!.Value);
        var (before, _) = await onTwo.GetAsync("/");
        var ended = await FollowAsync(one, two);

        await browser.SignOutAsync();
        await one.Services.GetRequiredService<SessionEnding>().EndAsync(SessionOwner.Subject("ann"));
        var (after, _) = await onTwo.GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, after.StatusCode);
        Assert.Null(await ended.OrLate());
    }

    [Fact]
    public async Task SignOutEverywhere_OnOneReplica_EndsAllSessionsOfThatPersonAlone()
    {
        await using var redis = await RedisServer.ObtainAsync();
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        using var browser = one.Browse();
        await browser.SignInAsync("/", "operator", "operator");
        using var elsewhere = two.Browse();
        await elsewhere.SignInAsync("/", "operator", "operator");
        using var another = two.Browse();
        await another.SignInAsync("/", "viewer", "viewer");
        var (_, token) = await browser.GetAsync("/form-token");

        await browser.PostAsync("/account/sign-out", ("__RequestVerificationToken", token), ("everywhere", "true"));
        var (ended, _) = await elsewhere.Stepwise().GetAsync("/");
        var (_, goesOn) = await another.GetAsync("/");

        Assert.Equal(HttpStatusCode.Redirect, ended.StatusCode);
        Assert.Equal("viewer|viewer|Viewer", goesOn);
    }

    /// <summary>Its open pages are on the other replica.</summary>
    [Fact]
    public async Task EndSession_OnOneReplica_EndsThePagesOfThatSessionAloneOnTheOther()
    {
        await using var redis = await RedisServer.ObtainAsync();
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        using var here = one.Browse();
        var (_, page) = await here.SignInAsync("/account", "operator", "operator");
        using var left = two.Browse();
        using var kept = two.Browse();
        foreach (var browser in new[] { left, kept })
            await browser.SignInAsync("/", "operator", "operator");
        var (leftPages, keptPages) = (await PagesOfAsync(left), await PagesOfAsync(kept));

        await here.PostAsync("/account/end-session", Browser.Hidden(page, "__RequestVerificationToken"), ("session", OpenSession.NameOf(await TicketOf(left))));

        Assert.Null(await leftPages.OrLate());
        Assert.Equal(HttpStatusCode.Redirect, (await left.Stepwise().GetAsync("/")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await kept.Stepwise().GetAsync("/")).Response.StatusCode);
        Assert.False(keptPages.IsCompleted);

        static async Task<string> TicketOf(Browser browser) => (await browser.GetAsync("/ticket")).Body;

        // As an open circuit does.
        async Task<Task<System.Security.Claims.ClaimsPrincipal?>> PagesOfAsync(Browser browser)
        {
            var told = new TaskCompletionSource<System.Security.Claims.ClaimsPrincipal?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var ticket = await two.Services.GetRequiredService<TicketStore>().RetrieveAsync(await TicketOf(browser));
            two.Services.GetRequiredService<SessionWatch>().Follow(ticket!.Principal, now => told.TrySetResult(now));
            return told.Task;
        }
    }

    /// <summary>Whoever listens from before Redis was there hears as well.</summary>
    [Fact]
    public async Task Listen_RedisAwayAtFirst_HearsOnceItIsThere()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.KillAsync();
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        await redis.RunAsync();
        await SignInOnceBackAsync(one).OrLate();
        await SignInOnceBackAsync(two).OrLate();

        var ended = await FollowAsync(one, two);
        await one.Services.GetRequiredService<SessionEnding>().EndAsync(SessionOwner.Subject("ann"));

        Assert.Null(await ended.OrLate());
    }

    [Theory]
    [InlineData("127.0.0.1:6379,nosuchoption=secret")]
    [InlineData("ssl=true")]
    public void Read_TextThatCannotBe_NamesTheSettingAndKeepsTheSecret(string text)
    {
        var refused = Assert.Throws<SettingsException>(() => SessionCache.Read(text));

        Assert.Contains("ConnectionStrings:redis", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GivenTimes_AreShortenedAndNotLengthened()
    {
        var own = SessionCache.Read("a:1,connectTimeout=500,syncTimeout=60000,abortConnect=true");

        Assert.Equal((500, 1000, 1000, false), (own.ConnectTimeout, own.SyncTimeout, own.AsyncTimeout, own.AbortOnConnectFail));
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>One replica; all of a test share their key ring.</summary>
    private Task<IdentityHost> StartAsync(RedisServer redis) => IdentityHost.StartAsync(_directory.Path, new() { ["ConnectionStrings:redis"] = redis.Endpoint });

    private static async Task<string> SignInAsync(IdentityHost host)
    {
        using var browser = host.Browse();
        await browser.SignInAsync("/", "admin", "admin");
        return browser.Cookies.GetCookies(host.Address)[SessionCookie.Name]!.Value;
    }

    /// <summary>A fresh browser each time: a flow that was cut off leaves cookies behind.</summary>
    private static async Task<string> SignInOnceBackAsync(IdentityHost host)
    {
        while (true)
        {
            using var browser = host.Browse();
            var (response, body) = await browser.SignInAsync("/", "admin", "admin");
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                return body;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static async Task BackAsync(Browser browser)
    {
        while ((await browser.GetAsync("/")).Response.StatusCode == HttpStatusCode.ServiceUnavailable)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    /// <summary>A session of Ann's, begun on one replica and looked at on another; the result is what the latter is told of it.</summary>
    private static async Task<Task<System.Security.Claims.ClaimsPrincipal?>> FollowAsync(IdentityHost one, IdentityHost two)
    {
        var tickets = one.Services.GetRequiredService<TicketStore>();
        var key = await tickets.StoreAsync(new(IdentityClaims.Principal("ann", "Ann", [Role.Viewer]), new() { ExpiresUtc = TimeProvider.System.GetUtcNow() + TicketStore.Lifetime }, "Cookies"));
        var told = new TaskCompletionSource<System.Security.Claims.ClaimsPrincipal?>(TaskCreationOptions.RunContinuationsAsynchronously);
        two.Services.GetRequiredService<SessionWatch>().Follow((await tickets.RetrieveAsync(key))!.Principal, now => told.TrySetResult(now));
        return told.Task;
    }
}
