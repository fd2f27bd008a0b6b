namespace Ccm.Portal.Identity;

/// <summary>
/// Cookies and WebSockets do not follow the same-origin policy: a page on another port of this host could open a circuit
/// with the visitor's cookie. Browsers always send the page's origin along, and programs send none.
/// </summary>
internal static class SameOrigin
{
    /// <summary>
    /// Looks at GET and CONNECT, by which WebSockets open. Blazor's farewell is a POST whose origin reads "null", because the
    /// site sends no referrer.
    /// </summary>
    public static bool Refuses(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsConnect(request.Method))
            return false;

        if (!request.Path.StartsWithSegments("/hubs") && !request.Path.StartsWithSegments("/_blazor"))
            return false;

        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !IsSame(origin, request.Host);
    }

    /// <summary>The scheme is left out: behind a proxy that ends TLS the page's is https and the request's is http.</summary>
    private static bool IsSame(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && string.Equals(page.Host, host.Host, StringComparison.OrdinalIgnoreCase)
        && page.Port == (host.Port ?? (page.Scheme == Uri.UriSchemeHttps ? 443 : 80));
}
