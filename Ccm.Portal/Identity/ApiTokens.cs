using Ccm.Portal.Identity.Embedded;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Ccm.Portal.Identity;

/// <summary>How programs show who they are: an access token for <c>ccm.api</c> from the same provider as people's.</summary>
internal static class ApiTokens
{
    public static void Configure(JwtBearerOptions options, IdentitySettings settings, IServiceProvider services)
    {
        options.MapInboundClaims = false;
        options.SaveToken = false;
        options.Audience = IdentitySettings.ApiAudience;
        options.TokenValidationParameters.LifetimeValidator = TokenTimes.Validator(services.GetRequiredService<TimeProvider>());
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = TakeFromQuery,
            OnTokenValidated = context =>
            {
                context.Principal = settings.Roles.Reduce(context.Principal!);
                return Task.CompletedTask;
            },
        };
        if (settings.Authority is { } authority)
        {
            options.Authority = authority.ToString();
            options.RequireHttpsMetadata = authority.Scheme == Uri.UriSchemeHttps;
            options.ConfigurationManager = services.GetRequiredService<ProviderMetadata>();
            return;
        }

        options.TokenValidationParameters.IssuerSigningKey = services.GetRequiredService<EmbeddedKeys>().Signing;
        options.TokenValidationParameters.ValidTypes = ["at+jwt"];
        // The embedded issuer is the address of whoever asked; a token got at localhost is as good at 127.0.0.1.
        options.TokenValidationParameters.ValidateIssuer = false;
    }

    /// <summary>A browser cannot put a header on a WebSocket: for the hubs alone the token may stand in the address.</summary>
    private static Task TakeFromQuery(MessageReceivedContext context)
    {
        if (context.Request.Path.StartsWithSegments("/hubs") && context.Request.Query["access_token"].ToString() is { Length: > 0 } token)
            context.Token = token;

        return Task.CompletedTask;
    }
}
