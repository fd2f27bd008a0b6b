using System.Net;
using Ccm.Portal.Identity.Sessions;

namespace Ccm.Tests.Identity;

/// <summary>What a person sees of themselves, and what they choose there.</summary>
public sealed class AccountPageTests
{
    [Fact]
    public async Task Account_SignedInTwice_ShowsRolesWithTheirGroupsAndBothSessions()
    {
        await using var host = await IdentityHost.StartAsync();
        using var one = host.Browse();
        using var other = host.Browse();
        await other.SignInAsync("/account", "operator", "operator");

        var (_, page) = await one.SignInAsync("/account", "operator", "operator");

        Assert.Contains("<td>operator</td><td>group operator at the built-in provider</td>", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("<td>127.0.0.1</td>").Length - 1 + page.Split("<td>::1</td>").Length - 1);
        Assert.Single(page.Split("(this one)").Skip(1));
    }

    [Fact]
    public async Task EndSession_OfOneBrowser_EndsThatAloneAndSaysSo()
    {
        await using var host = await IdentityHost.StartAsync();
        using var one = host.Browse();
        using var left = host.Browse();
        using var kept = host.Browse();
        foreach (var browser in new[] { left, kept })
            await browser.SignInAsync("/", "operator", "operator");
        var name = OpenSession.NameOf((await left.GetAsync("/ticket")).Body);
        var (_, page) = await one.SignInAsync("/account", "operator", "operator");
        Assert.Equal(2, page.Split("name=\"session\"").Length - 1);

        var (_, after) = await one.PostAsync("/account/end-session", Browser.Hidden(page, "__RequestVerificationToken"), ("session", name));
        var (_, again) = await one.PostAsync("/account/end-session", Browser.Hidden(after, "__RequestVerificationToken"), ("session", name));
        var (ended, _) = await left.Stepwise().GetAsync("/");
        var (goesOn, _) = await kept.Stepwise().GetAsync("/");

        Assert.Contains("That session is ended", after, StringComparison.Ordinal);
        Assert.Contains("That session had ended already.", again, StringComparison.Ordinal);
        Assert.Single(after.Split("name=\"session\"").Skip(1));
        Assert.Equal((HttpStatusCode.Redirect, HttpStatusCode.OK), (ended.StatusCode, goesOn.StatusCode));
    }

    /// <summary>Its name alone gives nobody power over it, nor does the form of another site.</summary>
    [Fact]
    public async Task EndSession_OfSomebodyElse_OrWithoutTheFormsToken_EndsNothing()
    {
        await using var host = await IdentityHost.StartAsync();
        using var other = host.Browse();
        using var own = host.Browse();
        using var browser = host.Browse();
        await other.SignInAsync("/", "viewer", "viewer");
        await own.SignInAsync("/", "operator", "operator");
        var (_, page) = await browser.SignInAsync("/account", "operator", "operator");

        var (_, refused) = await browser.PostAsync("/account/end-session", Browser.Hidden(page, "__RequestVerificationToken"), ("session", OpenSession.NameOf((await other.GetAsync("/ticket")).Body)));
        var (forged, _) = await browser.PostAsync("/account/end-session", ("session", OpenSession.NameOf((await own.GetAsync("/ticket")).Body)));
        var (nameless, _) = await browser.PostAsync("/account/end-session", Browser.Hidden(page, "__RequestVerificationToken"));

        Assert.Contains("That session had ended already.", refused, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK), (forged.StatusCode, nameless.StatusCode));
        foreach (var untouched in new[] { other, own, browser })
            Assert.Equal(HttpStatusCode.OK, (await untouched.Stepwise().GetAsync("/")).Response.StatusCode);
    }

    [Fact]
    public async Task View_Saved_StandsInTheCookiesAndOnTheNextPage()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        var (_, page) = await browser.SignInAsync("/account", "user", "user");

        var (saved, after) = await browser.PostAsync("/account/view", Browser.Hidden(page, "__RequestVerificationToken"), ("theme", "dark"), ("zone", "Asia/Tokyo"));

        Assert.Equal("/account?done=view", saved.RequestMessage!.RequestUri!.PathAndQuery);
        Assert.Contains("data-theme=\"dark\"", after, StringComparison.Ordinal);
        Assert.Contains("<option value=\"Asia/Tokyo\" selected>", after, StringComparison.Ordinal);
        Assert.Equal("dark", browser.Cookies.GetCookies(host.Address)["ccm-theme"]!.Value);

        (_, after) = await browser.PostAsync("/account/view", Browser.Hidden(after, "__RequestVerificationToken"), ("theme", "nonsense"), ("zone", "nonsense"));

        Assert.Contains("data-theme=\"light\"", after, StringComparison.Ordinal);
        Assert.Null(browser.Cookies.GetCookies(host.Address)["ccm-zone"]);
    }

    [Fact]
    public async Task View_WithoutTheFormsToken_ChangesNothing()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        await browser.SignInAsync("/account", "user", "user");

        var (answer, _) = await browser.PostAsync("/account/view", ("theme", "dark"), ("zone", "UTC"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Null(browser.Cookies.GetCookies(host.Address)["ccm-theme"]);
    }

    [Theory]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Safari on macOS")]
    [InlineData("curl/8.0", "a browser that is not known")]
    public void BrowserName_Agents_AreToldApart(string agent, string name) => Assert.Equal(name, SessionFacts.BrowserName(agent));
}
