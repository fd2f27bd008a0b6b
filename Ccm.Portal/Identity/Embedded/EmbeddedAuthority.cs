using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Ccm.Portal.Identity.Embedded;

/// <summary>
/// The built-in OpenID provider for machines that have none: it issues tokens for the address by which it was asked, keeps
/// no state but its keys, and serves loopback only.
/// </summary>
internal static class EmbeddedAuthority
{
    /// <summary>Scheme of the cookie by which the sign-in page hands a person over to the authorization endpoint.</summary>
    public const string Login = "ccm-login";

    public const string AuthorizePath = "/connect/authorize";

    public const string TokenPath = "/connect/token";

    public const string LogoutPath = "/connect/logout";

    public static AuthenticationBuilder AddLoginCookie(this AuthenticationBuilder authentication) => authentication.AddCookie(Login, options =>
    {
        options.Cookie.Name = Login;
        options.Cookie.Path = "/connect";
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TimeSpan.FromMinutes(1);
        options.SlidingExpiration = false;
    });

    public static void AddEmbeddedAuthority(this IServiceCollection services)
    {
        services.AddSingleton<EmbeddedKeys>();
        services.AddOptions<OpenIddictServerOptions>().Configure<EmbeddedKeys>((options, keys) =>
        {
            options.SigningCredentials.Add(new SigningCredentials(keys.Signing, SecurityAlgorithms.RsaSha256));
            options.EncryptionCredentials.Add(new EncryptingCredentials(keys.Encryption, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
        });
        services.AddOpenIddict().AddServer(Configure);
    }

    private static void Configure(OpenIddictServerBuilder server)
    {
        // Degraded mode: no client or token tables. AuthorityRules says which clients there are and what each may ask.
        server.EnableDegradedMode();
        server.SetAuthorizationEndpointUris(AuthorizePath[1..]).SetTokenEndpointUris(TokenPath[1..]).SetEndSessionEndpointUris(LogoutPath[1..]);
        server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange().AllowClientCredentialsFlow();
        server.RegisterScopes(IdentitySettings.ApiAudience, "profile");
        server.SetAuthorizationCodeLifetime(TimeSpan.FromMinutes(1)).SetAccessTokenLifetime(TimeSpan.FromHours(1));
        // The API reads its tokens as it reads an external provider's: signed, not encrypted.
        server.DisableAccessTokenEncryption();
        // Plain HTTP is what loopback speaks.
        server.UseAspNetCore().DisableTransportSecurityRequirement();
        server.AddEventHandler<ProcessRequestContext>(handler => handler
            .UseInlineHandler(AuthorityRules.RefuseFromAfar)
            .SetOrder(OpenIddictServerHandlers.InferEndpointType.Descriptor.Order + 1));
        server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(AuthorityRules.CheckAuthorization));
        server.AddEventHandler<HandleAuthorizationRequestContext>(handler => handler.UseInlineHandler(AuthorityRules.Authorize));
        server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(AuthorityRules.CheckToken));
        server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseInlineHandler(AuthorityRules.IssueToken));
        server.AddEventHandler<ValidateEndSessionRequestContext>(handler => handler.UseInlineHandler(AuthorityRules.CheckLogout));
        server.AddEventHandler<HandleEndSessionRequestContext>(handler => handler.UseInlineHandler(AuthorityRules.Logout));
    }
}
