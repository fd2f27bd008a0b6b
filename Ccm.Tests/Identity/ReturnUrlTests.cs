using Ccm.Portal.Identity.Account;

namespace Ccm.Tests.Identity;

public sealed class ReturnUrlTests
{
    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("\t//evil.example")]
    [InlineData("/\n/evil.example")]
    [InlineData("/workers\r\nSet-Cookie: a=b")]
    [InlineData(" //evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("https:evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("evil.example")]
    [InlineData("~/workers")]
    [InlineData("/w\u00f8rkers")]
    [InlineData("")]
    public async Task SignIn_ForeignReturnUrl_LeadsHome(string returnUrl)
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();

        var (response, body) = await browser.SignInAsync($"/account/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}", "admin", "admin");

        Assert.Equal("admin|admin|Admin", body);
        Assert.Equal(new Uri(host.Address, "/"), response.RequestMessage!.RequestUri);
    }

    [Fact]
    public async Task SignIn_ForgedHiddenField_LeadsHome()
    {
        await using var host = await IdentityHost.StartAsync();
        using var browser = host.Browse();
        var (_, page) = await browser.GetAsync("/account/sign-in");

        var (response, _) = await browser.PostAsync(
            "/account/sign-in", Browser.Hidden(page, "__RequestVerificationToken"), ("demo", "admin"), ("returnUrl", "//evil.example"));

        Assert.Equal(new Uri(host.Address, "/"), response.RequestMessage!.RequestUri);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/workers?state=RUNNING&q=a%20b")]
    [InlineData("/instances/abc#ports")]
    public void OrHome_LocalPath_IsKept(string url) => Assert.Equal(url, LocalUrl.OrHome(url));
}
