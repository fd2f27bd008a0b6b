using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>What a ticket keeps of its sign-in, for its owner to recognise it by and to see why they have the roles they have.</summary>
/// <param name="Since">When it was.</param>
/// <param name="Browser">As it named itself, shortened.</param>
/// <param name="Groups">Those of the provider's groups that give a role here; the others are not kept.</param>
public sealed record SessionFacts(DateTimeOffset Since, string Browser, string Address, IReadOnlyList<string> Groups)
{
    private const string Item = "ccm.facts";

    /// <summary>Null for a session from before they were kept.</summary>
    public static SessionFacts? Of(AuthenticationProperties? properties) =>
        properties?.Items.TryGetValue(Item, out var text) == true && text is not null ? JsonSerializer.Deserialize<SessionFacts>(text) : null;

    public void WriteTo(AuthenticationProperties properties) => properties.Items[Item] = JsonSerializer.Serialize(this);

    public static SessionFacts At(HttpContext http, DateTimeOffset now, IEnumerable<string> groups) =>
        new(now, BrowserName(http.Request.Headers.UserAgent.ToString()), http.Connection.RemoteIpAddress?.ToString() ?? "", [.. groups]);

    /// <summary>Good enough to tell one's own browsers apart, as <c>Firefox on Linux</c>.</summary>
    internal static string BrowserName(string agent)
    {
        // The order matters: each names those after it as well.
        var browser = First(("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"));
        var system = First(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"));
        return (browser, system) switch
        {
            (null, null) => "a browser that is not known",
            (null, _) => $"a browser on {system}",
            (_, null) => browser,
            _ => string.Create(CultureInfo.InvariantCulture, $"{browser} on {system}"),
        };

        string? First(params (string Token, string Name)[] known) => known.FirstOrDefault(pair => agent.Contains(pair.Token, StringComparison.Ordinal)).Name;
    }
}
