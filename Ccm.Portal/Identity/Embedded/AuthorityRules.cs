using System.Security.Claims;
using Ccm.Engine.Domain;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Ccm.Portal.Identity.Embedded;

/// <summary>What the embedded provider grants: codes to the portal for a demo user, and an API token to <c>ccm-demo</c>.</summary>
internal static class AuthorityRules
{
    public const string DemoClient = "ccm-demo";

    public static ValueTask RefuseFromAfar(ProcessRequestContext context)
    {
        if (context.EndpointType is not OpenIddict.Server.OpenIddictServerEndpointType.Unknown && !Loopback.Allows(HttpOf(context)))
            context.Reject(Errors.AccessDenied, "The embedded identity provider answers on this machine's loopback address only.");

        return default;
    }

    public static ValueTask CheckAuthorization(ValidateAuthorizationRequestContext context)
    {
        if (context.ClientId != IdentitySettings.PortalClient)
            context.Reject(Errors.InvalidClient, "The client is not known.");
        else if (context.RedirectUri != Here(context, OidcSignIn.CallbackPath))
            context.Reject(Errors.InvalidRequest, "The redirect_uri is not this portal's.");

        return default;
    }

    /// <summary>The login cookie is good for one code: the provider keeps no session that a sign-out would have to end as well.</summary>
    public static async ValueTask Authorize(HandleAuthorizationRequestContext context)
    {
        var http = HttpOf(context).HttpContext;
        var login = await http.AuthenticateAsync(EmbeddedAuthority.Login);
        if (login.Principal?.FindFirst(IdentityClaims.Subject)?.Value is not { } name || IdentityClaims.RoleOf(name) is not { } role)
        {
            var resume = http.Request.PathBase + http.Request.Path + http.Request.QueryString;
            http.Response.Redirect($"{http.Request.PathBase}/account/sign-in?returnUrl={Uri.EscapeDataString(resume)}");
            context.HandleRequest();
            return;
        }

        await http.SignOutAsync(EmbeddedAuthority.Login);
        context.SignIn(PrincipalOf(name, role, context.Request));
    }

    public static ValueTask CheckToken(ValidateTokenRequestContext context)
    {
        if (context.Request.IsClientCredentialsGrantType())
        {
            if (context.ClientId != DemoClient || context.ClientSecret != DemoClient)
                context.Reject(Errors.InvalidClient, "The client credentials are wrong.");
            else if (!context.Request.HasScope(IdentitySettings.ApiAudience))
                context.Reject(Errors.InvalidScope, $"Ask for the scope {IdentitySettings.ApiAudience}.");
        }
        else if (context.ClientId != IdentitySettings.PortalClient)
        {
            context.Reject(Errors.InvalidClient, "The client is not known.");
        }

        return default;
    }

    public static ValueTask IssueToken(HandleTokenRequestContext context)
    {
        // A code carries its principal along; the server has already checked it and its PKCE verifier.
        if (context.Request.IsClientCredentialsGrantType())
            context.SignIn(PrincipalOf(DemoClient, Role.Admin, context.Request));
        else
            context.SignIn(context.Principal!);

        return default;
    }

    public static ValueTask CheckLogout(ValidateEndSessionRequestContext context)
    {
        if (context.PostLogoutRedirectUri is { } target && target != Here(context, OidcSignIn.SignedOutPath))
            context.Reject(Errors.InvalidRequest, "The post_logout_redirect_uri is not this portal's.");

        return default;
    }

    public static ValueTask Logout(HandleEndSessionRequestContext context)
    {
        context.SignOut();
        return default;
    }

    private static ClaimsPrincipal PrincipalOf(string name, Role role, OpenIddictRequest request)
    {
        var identity = new ClaimsIdentity("embedded", Claims.Name, RoleMap.DefaultClaim);
        identity.AddClaim(new Claim(Claims.Subject, name));
        identity.AddClaim(new Claim(Claims.Name, name));
        identity.AddClaim(new Claim(RoleMap.DefaultClaim, IdentityClaims.NameOf(role)));
        identity.SetScopes(request.GetScopes());
        if (request.HasScope(IdentitySettings.ApiAudience))
            identity.SetResources(IdentitySettings.ApiAudience);

        identity.SetDestinations(static _ => [Destinations.AccessToken, Destinations.IdentityToken]);
        return new ClaimsPrincipal(identity);
    }

    private static HttpRequest HttpOf(BaseContext context) =>
        context.Transaction.GetHttpRequest() ?? throw new InvalidOperationException("The embedded provider runs inside a web request.");

    private static string Here(BaseContext context, string path)
    {
        var request = HttpOf(context);
        return $"{request.Scheme}://{request.Host}{request.PathBase}{path}";
    }
}
