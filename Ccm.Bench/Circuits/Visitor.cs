using System.Net;
using System.Text.RegularExpressions;

namespace Ccm.Bench.Circuits;

/// <summary>A person with cookies who has signed in at the portal; opens pages without a browser.</summary>
internal sealed partial class Visitor : IDisposable
{
    private readonly HttpClient _client;

    private Visitor(Uri portal)
    {
        Portal = portal;
        _client = new HttpClient(new HttpClientHandler { CookieContainer = Cookies }, disposeHandler: true) { BaseAddress = portal };
    }

    public Uri Portal { get; }

    public CookieContainer Cookies { get; } = new();

    /// <param name="demo">One of the embedded provider's users.</param>
    public static async Task<Visitor> SignInAsync(Uri portal, string demo)
    {
        var visitor = new Visitor(portal);
        var page = await visitor.ReadAsync("/account");
        // Of two forms with the same hidden fields.
        using var form = new FormUrlEncodedContent(HiddenField().Matches(page).Select(field => KeyValuePair.Create(field.Groups["name"].Value, WebUtility.HtmlDecode(field.Groups["value"].Value)))
            .DistinctBy(field => field.Key).Append(KeyValuePair.Create("demo", demo)));
        using var answer = await visitor._client.PostAsync(new Uri("/account/sign-in", UriKind.Relative), form);
        return answer.IsSuccessStatusCode ? visitor : throw new BenchException($"{demo} could not sign in: {(int)answer.StatusCode}.");
    }

    public Task<string> ReadAsync(string path) => _client.GetStringAsync(new Uri(path, UriKind.Relative));

    public void Dispose() => _client.Dispose();

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]*)" value="(?<value>[^"]*)"\s*/?>""")]
    private static partial Regex HiddenField();
}
