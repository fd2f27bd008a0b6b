using Ccm.Engine.Hosting;
using Ccm.Portal.Api;
using Ccm.Portal.Components;
using Ccm.Portal.Components.Grid;
using Ccm.Portal.Components.Pages.Definitions;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Portal.Components.Pages.Reservations;
using Ccm.Portal.Components.Pages.Scaling;
using Ccm.Portal.Components.Pages.Workers;
using Ccm.Portal.Health;
using Ccm.Portal.Identity;
using Ccm.Portal.Identity.Sessions;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Configuration.Json;
using MudBlazor;
using MudBlazor.Services;
using TemplateRows = Ccm.Portal.Components.Pages.Templates.TemplateRows;
using TemplateTable = Ccm.Portal.Components.Pages.Templates.TemplateTable;

namespace Ccm.Portal;

/// <summary>What <c>Program.cs</c> names in one line each.</summary>
internal static partial class Composition
{
    /// <summary>A published program finds its static files beside itself, from whatever folder it is started; a built one has none there.</summary>
    public static WebApplicationOptions Options(string[] args) => new()
    {
        Args = args,
        ContentRootPath = Directory.Exists(Path.Combine(AppContext.BaseDirectory, "wwwroot")) ? AppContext.BaseDirectory : null,
    };

    /// <summary>The top-level <c>appsettings.json</c> lies beside the program; the environment and the command line come over it.</summary>
    public static void AddCcmSettings(this WebApplicationBuilder builder)
    {
        var settings = new JsonConfigurationSource { Path = Path.Combine(AppContext.BaseDirectory, "appsettings.json"), Optional = false };
        settings.ResolveFileProvider();
        builder.Configuration.Sources.Insert(0, settings);
        if (EmbeddedParts.Refuse(builder.Configuration, builder.Environment) is { } refusal)
            throw new SettingsException(refusal);
    }

    public static void AddCcmPages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<Components.Pages.Definitions.Editing.Handover>();
        services.AddMudServices(options =>
        {
            options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            options.SnackbarConfiguration.VisibleStateDuration = 8000;
        });
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.Configure<CircuitOptions>(options => options.DisconnectedCircuitMaxRetained = 1000);
        services.AddSingleton<PartsWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<PartsWatch>());
        services.AddSingleton<LatestEvents>();
        services.AddSingleton<RowViews>();
        services.AddScoped<ChosenColumns>();
        services.AddScoped<CircuitFeed>();
        services.AddCascadingAuthenticationState();
        services.AddHttpContextAccessor();
        services.AddScoped<CircuitHandler, OpenCircuits.Member>();
        if (!string.IsNullOrEmpty(configuration.GetConnectionString("redis")))
            services.AddSharedCircuitState();
    }

    /// <summary>The state of a paused circuit lies where another replica finds it. Without Redis it stays in memory, for a browser that comes back late.</summary>
    public static void AddSharedCircuitState(this IServiceCollection services)
    {
        services.AddKeyedSingleton<IDistributedCache>(CircuitCache.Service, (provider, _) => new CircuitCache(
            new RedisCache(new RedisCacheOptions { ConnectionMultiplexerFactory = provider.GetRequiredService<RedisConnection>().GetAsync, InstanceName = "ccm:circuit:" }),
            provider.GetRequiredService<IDataProtectionProvider>()));
        services.AddHybridCache(options => options.DistributedCacheServiceKey = CircuitCache.Service);
    }

    /// <summary>A browser that asks for a page that is not there gets a page that helps; programs get their plain answer.</summary>
    public static void UseCcmNotFoundPage(this WebApplication app)
    {
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use((context, next) =>
        {
            var wantsPage = HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
            if (context.Features.Get<IStatusCodePagesFeature>() is { } pages && (!wantsPage || context.Request.Path.StartsWithSegments("/api")))
                pages.Enabled = false;
            return next(context);
        });
    }

    /// <summary>Says at start what runs embedded, and how to sign in where the demo users are.</summary>
    public static void TellCcmMode(this WebApplication app)
    {
        var parts = EmbeddedParts.Of(app.Configuration).ToList();
        if (parts.Count > 0)
            LogEmbedded(app.Logger, string.Join(", ", parts.Select(part => part.Part)));
        if (string.IsNullOrEmpty(app.Configuration["Authentication:Oidc:Authority"]))
            app.Lifetime.ApplicationStarted.Register(() => LogDemoUsers(app.Logger, string.Join(" or ", app.Urls)));
    }

    /// <summary>Stands behind authentication: who comes decides whether there is room.</summary>
    public static void UseCcmCircuits(this WebApplication app)
    {
        var circuits = app.Services.GetRequiredService<OpenCircuits>();
        app.Use(next => context => circuits.AdmitAsync(context, next));
    }

    public static void MapCcmPages(this WebApplication app)
    {
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = "'none'").RequireAuthorization(Policies.Portal);
        // In place of the endpoint that the line above maps, which takes no options of this kind.
        app.MapBlazorHub(options =>
        {
            options.Transports = HttpTransportType.WebSockets;
            options.CloseOnAuthenticationExpiration = true;
        }).WithOrder(-1).RequireAuthorization(Policies.Portal);
        app.MapGroup("").RequireAuthorization(Policies.Portal).MapAuditExport();
        app.Services.GetRequiredService<OpenCircuits>().MoveOnAtStop();
        app.MapGroup("/export").RequireAuthorization(Policies.Portal).ExcludeFromDescription()
            .MapExport(InstanceTable.Table.Name, InstanceTable.ForAsync, asked => Task.FromResult(InstanceTable.Table.Source!.All(asked.Fleet, asked.Actor))).MapExport(WorkerTable.Table)
            .MapExport(DefinitionTable.Name, DefinitionTable.For, DefinitionRows.ReadAsync)
            .MapExport(TemplateTable.Table.Name, _ => TemplateTable.Table, TemplateRows.ReadAsync)
            .MapExport(BookedTable.Name, BookedTable.For, BookedRow.ReadAsync)
            .MapStreamedExport(DecisionTable.Table.Name, _ => DecisionTable.Table, DecisionTable.ReadAsync);
        app.MapGet(OpenCircuits.AskPath, OpenCircuits.Answer).AllowAnonymous().ExcludeFromDescription();
    }

    [LoggerMessage(1001, LogLevel.Information, "Embedded mode: {Parts}. Good for a try, not for production.")]
    private static partial void LogEmbedded(ILogger logger, string parts);

    [LoggerMessage(1002, LogLevel.Information, "Open {Urls} and sign in as admin, operator, user or viewer; the password is the name.")]
    private static partial void LogDemoUsers(ILogger logger, string urls);
}
