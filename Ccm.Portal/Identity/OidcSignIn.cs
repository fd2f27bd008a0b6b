using Ccm.Portal.Identity.Embedded;
using Ccm.Portal.Identity.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Ccm.Portal.Identity;

/// <summary>How people sign in: the code flow with PKCE, against the embedded or an external provider alike.</summary>
internal static partial class OidcSignIn
{
    public const string CallbackPath = "/signin-oidc";

    public const string SignedOutPath = "/signout-callback-oidc";

    /// <summary>Of the provider, while a person waits.</summary>
    public static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    public static void Configure(OpenIdConnectOptions options, IdentitySettings settings, IServiceProvider services)
    {
        options.SignInScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        options.ClientId = settings.ClientId;
        options.ClientSecret = settings.ClientSecret;
        options.ResponseType = OpenIdConnectResponseType.Code;
        // The answer comes in the address, so that the cookies of the flow can stay Lax.
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.SaveTokens = false;
        options.MapInboundClaims = false;
        options.DisableTelemetry = true;
        options.CallbackPath = CallbackPath;
        options.SignedOutCallbackPath = SignedOutPath;
        // Anybody could call the front channel and sign people out; the back channel carries a signed token.
        options.RemoteSignOutPath = PathString.Empty;
        foreach (var cookie in new[] { options.NonceCookie, options.CorrelationCookie })
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }

        options.TokenValidationParameters.LifetimeValidator = TokenTimes.Validator(services.GetRequiredService<TimeProvider>());
        options.Events.OnTicketReceived = context =>
        {
            if (context.Principal!.FindFirst("sid")?.Value is { Length: > 0 } sid)
                context.Properties!.Items[SessionOwner.ProviderSessionItem] = sid;
            SessionFacts.At(context.HttpContext, services.GetRequiredService<TimeProvider>().GetUtcNow(), settings.Roles.GroupsOf(context.Principal!)).WriteTo(context.Properties!);
            context.Principal = settings.Roles.Reduce(context.Principal!);
            return Task.CompletedTask;
        };
        options.Events.OnRemoteFailure = FailAsync;
        if (settings.Authority is { } authority)
            UseExternal(options, authority, settings, services.GetRequiredService<ProviderMetadata>());
        else
            SelfExchange.Use(options, services.GetRequiredService<EmbeddedKeys>());
    }

    private static void UseExternal(OpenIdConnectOptions options, Uri authority, IdentitySettings settings, ProviderMetadata provider)
    {
        options.Authority = authority.ToString();
        options.RequireHttpsMetadata = authority.Scheme == Uri.UriSchemeHttps;
        options.ConfigurationManager = provider;
        options.Scope.Clear();
        foreach (var scope in settings.Scopes)
            options.Scope.Add(scope);
        options.BackchannelTimeout = LongestAnswer;
        // On the server, encrypted with the ticket: to ask again who somebody is, and to name the session to end there.
        options.SaveTokens = true;
        // Many providers tell groups only there.
        options.GetClaimsFromUserInfoEndpoint = true;
        options.Events.OnUserInformationReceived = context =>
        {
            if (context.User.RootElement.TryGetProperty(settings.Roles.ClaimType, out _))
                context.Properties!.Items[ProviderCheck.RolesInUserInfo] = "yes";
            return Task.CompletedTask;
        };
        options.ClaimActions.MapJsonKey(settings.Roles.ClaimType, settings.Roles.ClaimType);
        options.Events.OnRedirectToIdentityProviderForSignOut = context =>
        {
            // For a session whose token is gone already, the client's name serves as well.
            context.ProtocolMessage.ClientId = settings.ClientId;
            if (string.IsNullOrEmpty(context.ProtocolMessage.IssuerAddress))
            {
                context.Response.Redirect(context.Properties.RedirectUri ?? "/account/sign-in?reason=signed-out");
                context.HandleResponse();
            }

            return Task.CompletedTask;
        };
    }

    /// <summary>A stale or forged callback, or a refusal by the provider, ends at the sign-in page and never in an error page.</summary>
    private static Task FailAsync(RemoteFailureContext context)
    {
        var logger = context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OidcSignIn));
        LogFailed(logger, context.Failure);
        context.Response.Redirect($"{context.Request.PathBase}/account/sign-in?reason=failed");
        context.HandleResponse();
        return Task.CompletedTask;
    }

    [LoggerMessage(7101, LogLevel.Warning, "A sign-in did not complete.")]
    private static partial void LogFailed(ILogger logger, Exception? exception);
}
