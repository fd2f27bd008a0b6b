using Ccm.Portal.Health;
using Ccm.Portal.Identity;
using Ccm.Portal.Live;
using Scalar.AspNetCore;

namespace Ccm.Portal.Api;

/// <summary>The REST API, the hub, health and metrics as services and endpoints.</summary>
internal static class ApiServices
{
    public static IServiceCollection AddCcmApi(this IServiceCollection services)
    {
        services.AddSingleton<Reading>();
        services.AddSingleton<EventReading>();
        services.AddSingleton<StateFeed>();
        services.AddSingleton<SystemHealth>();
        services.AddSingleton<StateMonitor>();
        services.AddHostedService(provider => provider.GetRequiredService<StateMonitor>());
        services.AddHostedService<ReplicaBeat>();
        services.AddSingleton<Metrics>();
        services.AddSingleton<RecentFaults>();
        services.AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<RecentFaults>());
        services.AddSingleton<IStartupFilter, ApiErrors.Outermost>();
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddSignalR().AddJsonProtocol(options => ApiJson.Configure(options.PayloadSerializerOptions));
        services.AddOpenApi();
        // Health asks it; the pages make it count.
        services.AddSingleton<OpenCircuits>();
        return services;
    }

    public static void MapCcmApi(this WebApplication app)
    {
        app.UseMiddleware<ApiErrors>();
        var api = app.MapGroup("/api/v1").RequireAuthorization(Policies.Api);
        api.MapDefinitions();
        api.MapTemplates();
        api.MapInstances();
        api.MapWorkers();
        api.MapAudit();
        api.MapEvents();
        api.MapSystem();
        app.MapHub<StateHub>(StateHub.Path, options => options.CloseOnAuthenticationExpiration = true).RequireAuthorization(Policies.Hub);
        app.MapOpenApi().AllowAnonymous();
        app.MapScalarApiReference("/scalar", Describe).AllowAnonymous();
        app.MapHealth();
    }

    /// <summary>The page asks nobody but this site, and its scripts carry the nonce that the security headers name.</summary>
    private static void Describe(ScalarOptions options, HttpContext http)
    {
        options.Title = "CCM API";
        options.DefaultFonts = false;
        options.DisableTelemetry();
        if (http.Items[SecurityHeaders.NonceItem] is string nonce)
            options.WithNonce(nonce);
    }
}
