using Ccm.Engine.Documents;
using Ccm.Portal.Identity.Account;
using Ccm.Portal.Identity.Embedded;
using Ccm.Portal.Identity.Keys;
using Ccm.Portal.Identity.Sessions;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ccm.Portal.Identity;

/// <summary>Puts sign-in, sessions, API tokens and policies together.</summary>
public static class IdentityComposition
{
    /// <remarks>Keys lie with the engine's documents.</remarks>
    /// <exception cref="InvalidOperationException">Settings are missing or wrong; the message names each.</exception>
    public static IServiceCollection AddCcmIdentity(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        var settings = IdentitySettings.From(configuration, environment);
        services.AddSingleton(settings);
        var authentication = services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie()
            .AddOpenIdConnect()
            .AddJwtBearer();
        services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<ITicketStore, SessionEvents>(SessionCookie.Configure);
        services.AddOptions<OpenIdConnectOptions>(OpenIdConnectDefaults.AuthenticationScheme)
            .Configure<IdentitySettings, IServiceProvider>(OidcSignIn.Configure);
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IdentitySettings, IServiceProvider>(ApiTokens.Configure);
        if (settings.Embedded)
        {
            authentication.AddLoginCookie();
            services.AddEmbeddedAuthority();
        }
        else
        {
            services.AddSingleton(provider => new ProviderMetadata(settings.Authority!, new HttpClient { Timeout = OidcSignIn.LongestAnswer }, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<LogoutTokens>();
            services.AddSingleton<ProviderCheck>();
        }

        services.AddAuthorization(Policies.Add);
        AddSessions(services, configuration);
        AddAccountPages(services);
        return services;
    }

    /// <summary>Who asks; a page answers 503 while its session cannot be read. Stands where <c>UseAuthentication</c> would.</summary>
    public static IApplicationBuilder UseCcmAuthentication(this IApplicationBuilder app) => app.UseMiddleware<KeysAway>().UseMiddleware<SessionsAway>().UseAuthentication();

    /// <summary>Belongs before the start: whatever only the settings can mend ends it.</summary>
    /// <exception cref="Exception">In words that name the setting and the fix.</exception>
    public static Task CheckCcmSessionsAsync(this IApplicationBuilder app, CancellationToken cancellationToken) =>
        app.ApplicationServices.GetService<RedisConnection>() is not { } redis ? Task.CompletedTask
            : RedisStart.CheckAsync(redis.Options, app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RedisStart)), cancellationToken);

    /// <summary>The account pages and, through <see cref="UseCcmAuthentication"/>, the provider's endpoints.</summary>
    public static IEndpointRouteBuilder MapCcmIdentity(this IEndpointRouteBuilder endpoints)
    {
        AccountEndpoints.Map(endpoints);
        if (!endpoints.ServiceProvider.GetRequiredService<IdentitySettings>().Embedded)
            BackChannelLogout.Map(endpoints);
        return endpoints;
    }

    private static void AddSessions(IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSessionCache(configuration);
        services.AddSingleton<TicketStore>();
        services.AddSingleton<ITicketStore>(provider => provider.GetRequiredService<TicketStore>());
        services.AddRazorComponents();
        services.AddSingleton<SessionEvents>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionEvents>());
        services.AddSingleton<SessionEnding>();
        services.AddSingleton<OpenSessions>();
        services.AddSingleton<SessionWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionWatch>());
        services.AddScoped<CircuitHandler, CircuitSession>();
        services.AddDataProtection().SetApplicationName("ccm");
        services.AddOptions<KeyManagementOptions>().Configure<IKeyDocuments>((options, keys) => options.XmlRepository = new StoredKeyRing(keys));
        services.AddSingleton<KeyGate>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyGate>());
    }

    private static void AddAccountPages(IServiceCollection services)
    {
        services.AddSingleton<SignInRate>();
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "ccm-antiforgery";
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            // The security headers forbid framing already.
            options.SuppressXFrameOptionsHeader = true;
        });
    }
}
