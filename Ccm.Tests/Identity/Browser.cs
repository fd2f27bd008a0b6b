using System.Net;
using System.Text.RegularExpressions;

namespace Ccm.Tests.Identity;

/// <summary>What a person's browser does with the account pages: keeps cookies, follows redirects, sends forms as given.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly HttpClient _client;
    private readonly Uri _address;

    public Browser(Uri address, bool follow = true, CookieContainer? cookies = null)
    {
        _address = address;
        Cookies = cookies ?? new CookieContainer();
        var handler = new HttpClientHandler
        {
            CookieContainer = Cookies,
            AllowAutoRedirect = follow,
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        };
        _client = new HttpClient(handler, disposeHandler: true);
    }

    public CookieContainer Cookies { get; }

    /// <summary>Another browser with a copied session cookie; it stops at each redirect.</summary>
    public static Browser Holding(Uri address, string cookie)
    {
        var cookies = new CookieContainer();
        cookies.Add(address, new Cookie("ccm", cookie));
        return new Browser(address, follow: false, cookies);
    }

    /// <summary>The same browser, stopping at each redirect.</summary>
    public Browser Stepwise() => new(_address, follow: false, Cookies);

    public async Task<(HttpResponseMessage Response, string Body)> GetAsync(string path)
    {
        var response = await _client.GetAsync(new Uri(_address, path), TestContext.Current.CancellationToken);
        return (response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<(HttpResponseMessage Response, string Body)> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        var response = await _client.PostAsync(new Uri(_address, path), content, TestContext.Current.CancellationToken);
        return (response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Opens the page at <paramref name="path"/>, expects to be led to the sign-in page, fills it and sends it.</summary>
    public async Task<(HttpResponseMessage Response, string Body)> SignInAsync(string path, string username, string password)
    {
        var (page, body) = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        return await PostAsync("/account/sign-in", Hidden(body, "__RequestVerificationToken"), Hidden(body, "returnUrl"), ("username", username), ("password", password));
    }

    /// <summary>Sends the sign-out form, with the token that any page of this browser would carry.</summary>
    public async Task<(HttpResponseMessage Response, string Body)> SignOutAsync()
    {
        var (_, token) = await GetAsync("/form-token");
        return await PostAsync("/account/sign-out", ("__RequestVerificationToken", token));
    }

    /// <summary>The first hidden field of that name in the page.</summary>
    public static (string Name, string Value) Hidden(string page, string name)
    {
        var field = HiddenField().Matches(page).FirstOrDefault(match => match.Groups["name"].Value == name);
        Assert.NotNull(field);
        return (name, WebUtility.HtmlDecode(field.Groups["value"].Value));
    }

    public void Dispose() => _client.Dispose();

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]*)" value="(?<value>[^"]*)"\s*/?>""")]
    private static partial Regex HiddenField();
}
