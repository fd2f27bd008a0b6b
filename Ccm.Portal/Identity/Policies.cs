using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;

namespace Ccm.Portal.Identity;

/// <summary>Who is let in where. Each policy wants a known role; what that role may do, ControlPlane decides.</summary>
public static class Policies
{
    /// <summary>Pages and circuits: the session cookie.</summary>
    public const string Portal = "Portal";

    /// <summary>REST: a bearer token only, so that no foreign page can act through a browser's cookie.</summary>
    public const string Api = "Api";

    /// <summary>The state hub: a bearer token, or the session cookie of a browser on this site.</summary>
    public const string Hub = "Hub";

    private const string Cookie = CookieAuthenticationDefaults.AuthenticationScheme;

    private const string Bearer = JwtBearerDefaults.AuthenticationScheme;

    internal static void Add(AuthorizationOptions options)
    {
        // The default names no scheme: inside a circuit there is only the principal.
        options.DefaultPolicy = Of();
        options.AddPolicy(Portal, Of(Cookie));
        options.AddPolicy(Api, Of(Bearer));
        options.AddPolicy(Hub, Of(Bearer, Cookie));
    }

    private static AuthorizationPolicy Of(params string[] schemes) => new AuthorizationPolicyBuilder(schemes)
        .RequireAuthenticatedUser()
        .RequireAssertion(context => Actors.RolesOf(context.User).Any())
        .Build();
}
