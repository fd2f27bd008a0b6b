using System.Net;
using System.Security.Cryptography;

namespace Ccm.Portal.Identity;

/// <summary>What browsers are told about this site, on every answer, errors included.</summary>
public static class SecurityHeaders
{
    /// <summary>Where the request's script nonce lies in <c>HttpContext.Items</c>: put it on every inline script, import maps too.</summary>
    public const string NonceItem = "csp-nonce";

    /// <summary>Adds the headers and refuses WebSockets that another site's page opens. Belongs before everything that answers.</summary>
    public static IApplicationBuilder UseCcmSecurityHeaders(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        // First of all: what follows asks for the host and the scheme that the browser used.
        ProxyOptions.Use(app, services.GetRequiredService<IConfiguration>());
        var strictTransport = !services.GetRequiredService<IHostEnvironment>().IsDevelopment();
        var authority = services.GetRequiredService<IdentitySettings>().Authority?.GetLeftPart(UriPartial.Authority);
        return app.Use(async (context, next) =>
        {
            var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
            context.Items[NonceItem] = nonce;
            // Last of all: components set a weaker policy of their own, and the error page begins by dropping what was set.
            context.Response.OnStarting(() =>
            {
                Write(context, nonce, strictTransport, authority);
                return Task.CompletedTask;
            });
            if (SameOrigin.Refuses(context.Request))
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
            // Pages write their own address and cannot without one; probes may speak HTTP/1.0.
            else if (!context.Request.Host.HasValue && !context.Request.Path.StartsWithSegments("/health"))
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
            else
                await next(context);
        });
    }

    private static void Write(HttpContext context, string nonce, bool strictTransport, string? authority)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = PolicyFor(context.Request.Host, nonce, authority);
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        // A browser remembers this for all ports of a host: on localhost it would break every other project of a developer.
        if (strictTransport && context.Request.IsHttps && !IsLocal(context.Request.Host.Host))
            headers.StrictTransportSecurity = "max-age=31536000";
    }

    /// <param name="host">Named for WebSockets: not every browser counts them as 'self'.</param>
    /// <param name="nonce">Base64; what a script must carry unless it is a file of this site.</param>
    /// <param name="authority">Origin of the external provider: signing out is a form whose answer leads there.</param>
    private static string PolicyFor(HostString host, string nonce, string? authority) => string.Join("; ",
        "default-src 'self'",
        $"script-src 'self' 'nonce-{nonce}'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        $"connect-src 'self' ws://{host} wss://{host}",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        authority is null ? "form-action 'self'" : $"form-action 'self' {authority}",
        "object-src 'none'");

    private static bool IsLocal(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
