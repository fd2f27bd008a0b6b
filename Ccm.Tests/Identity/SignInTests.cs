using System.Net;
using Ccm.Portal.Identity.Account;

namespace Ccm.Tests.Identity;

public sealed class SignInTests
{
    [Theory]
    [InlineData("admin", "Admin")]
    [InlineData("operator", "Operator")]
    [InlineData("user", "User")]
    [InlineData("viewer", "Viewer")]
    public async Task SignIn_DemoUser_ArrivesAtTheAskedPageWithTheRole(string name, string role)
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();

        var (response, body) = await browser.SignInAsync("/workers?state=RUNNING", name, name);

        Assert.Equal($"{name}|{name}|{role}", body);
        Assert.Equal("/workers?state=RUNNING", response.RequestMessage!.RequestUri!.PathAndQuery);
    }

    [Fact]
    public async Task SignIn_ByLocalhost_FollowsTheAddress()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = new Browser(new Uri($"http://localhost:{host.Address.Port}"));

        var (response, body) = await browser.SignInAsync("/", "viewer", "viewer");

        Assert.Equal("viewer|viewer|Viewer", body);
        Assert.Equal("localhost", response.RequestMessage!.RequestUri!.Host);
    }

    [Fact]
    public async Task SignIn_DemoButton_NeedsNoPassword()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        var (_, page) = await browser.GetAsync("/");

        var (_, body) = await browser.PostAsync("/account/sign-in", Browser.Hidden(page, "__RequestVerificationToken"), ("demo", "operator"));

        Assert.Equal("operator|operator|Operator", body);
    }

    [Theory]
    [InlineData("admin", "wrong")]
    [InlineData("admin", "")]
    [InlineData("nobody", "nobody")]
    [InlineData("ccm-demo", "ccm-demo")]
    [InlineData("ADMIN", "ADMIN")]
    public async Task SignIn_WrongPassword_SaysSoAndKeepsTheTarget(string name, string password)
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();

        var (response, body) = await browser.SignInAsync("/workers", name, password);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("role=\"alert\"", body, StringComparison.Ordinal);
        Assert.Equal("/workers", Browser.Hidden(body, "returnUrl").Value);
        var (after, _) = await browser.Stepwise().GetAsync("/workers");
        Assert.Equal(HttpStatusCode.Redirect, after.StatusCode);
    }

    [Fact]
    public async Task SignIn_WithoutAntiforgeryToken_IsRefused()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();

        var (response, _) = await browser.PostAsync("/account/sign-in", ("username", "admin"), ("password", "admin"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task SignIn_TooManyWrongPasswords_AreSlowedDown()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        for (var attempt = 0; attempt < SignInRate.WrongPerMinute; attempt++)
        {
            var (wrong, _) = await browser.SignInAsync("/", "admin", "wrong");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        var (response, _) = await browser.SignInAsync("/", "admin", "admin");

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
    }

    [Fact]
    public async Task SignIn_SignedInAlready_GoesStraightOn()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        await browser.SignInAsync("/", "user", "user");

        var (response, _) = await browser.Stepwise().GetAsync("/account/sign-in?returnUrl=%2Fworkers");

        Assert.Equal("/workers", response.Headers.Location?.ToString());
    }

    [Fact]
    public async Task SignIn_ReplayedCallback_EndsAtTheSignInPage()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();

        var (response, body) = await browser.GetAsync("/signin-oidc?code=forged&state=forged");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("did not complete", body, StringComparison.Ordinal);
    }
}
