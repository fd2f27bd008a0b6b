using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>The portal's session cookie: what it looks like, and where those without one are sent.</summary>
internal static class SessionCookie
{
    public const string Name = "ccm";

    public const string SecureName = "__Host-ccm";

    public static void Configure(CookieAuthenticationOptions options, ITicketStore tickets, SessionEvents events)
    {
        options.SessionStore = tickets;
        options.CookieManager = new NamesByScheme();
        options.Cookie.Name = Name;
        options.Cookie.Path = "/";
        options.Cookie.HttpOnly = true;
        options.Cookie.IsEssential = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TicketStore.Lifetime;
        options.SlidingExpiration = true;
        options.LoginPath = "/account/sign-in";
        options.AccessDeniedPath = "/account/no-access";
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnSignedIn = context =>
        {
            events.SignedIn(Actors.ActorOf(context.Principal!));
            return Task.CompletedTask;
        };
        options.Events.OnRedirectToLogin = context => Answer(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => Answer(context, StatusCodes.Status403Forbidden);
    }

    /// <summary>People are led to a page; programs get a status, never a redirect.</summary>
    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/hubs"))
            context.Response.StatusCode = status;
        else
            context.Response.Redirect(context.RedirectUri);

        return Task.CompletedTask;
    }

    /// <summary>Browsers take a <c>__Host-</c> cookie over HTTPS only, so that plain HTTP on loopback needs another name.</summary>
    private sealed class NamesByScheme : ICookieManager
    {
        private readonly ChunkingCookieManager _inner = new();

        public string? GetRequestCookie(HttpContext context, string key) => _inner.GetRequestCookie(context, NameFor(context));

        public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) =>
            _inner.AppendResponseCookie(context, NameFor(context), value, options);

        public void DeleteCookie(HttpContext context, string key, CookieOptions options) =>
            _inner.DeleteCookie(context, NameFor(context), options);

        private static string NameFor(HttpContext context) => context.Request.IsHttps ? SecureName : Name;
    }
}
