namespace Ccm.Portal.Api;

/// <summary>The REST API as services and endpoints.</summary>
internal static class ApiServices
{
    public const string Policy = "Api";

    public static IServiceCollection AddCcmApi(this IServiceCollection services)
    {
        services.AddSingleton<Reading>();
        services.AddSingleton<EventReading>();
        services.AddSingleton<IStartupFilter, ApiErrors.Outermost>();
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        return services;
    }

    public static void MapCcmApi(this WebApplication app)
    {
        app.UseMiddleware<ApiErrors>();
        var api = app.MapGroup("/api/v1").RequireAuthorization(Policy);
        api.MapDefinitions();
        api.MapInstances();
    }
}
