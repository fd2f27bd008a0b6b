using Ccm.Engine.Auditing;
using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Documents.Embedded;
using Ccm.Engine.Documents.MongoDb;
using Ccm.Engine.Domain;
using Ccm.Engine.Embedded;
using Ccm.Engine.Hosts;
using Ccm.Engine.Hosts.Simulated;
using Ccm.Engine.Hosts.Static;
using Ccm.Engine.Leadership;
using Ccm.Engine.Lifecycle;
using Ccm.Engine.Scaling;
using Ccm.Engine.Scheduling;
using Ccm.Engine.State;
using Ccm.Engine.State.Embedded;
using Ccm.Engine.State.Etcd;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ccm.Engine.Hosting;

/// <summary>The whole engine as services. No connection string means embedded.</summary>
public static class EngineServices
{
    public const string DataDirectory = "Ccm:DataDirectory";

    public static IServiceCollection AddCcmEngine(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSettings<LeadershipOptions>(LeadershipOptions.Section).AddSettings<ControlOptions>(ControlOptions.Section)
            .AddSettings<LifecycleOptions>(LifecycleOptions.Section).AddSettings<RetentionOptions>(RetentionOptions.Section)
            .AddSettings<ScalingOptions>(ScalingOptions.Section).AddSettings<SimulatorOptions>(SimulatorOptions.Section).AddSettings<HostsOptions>(HostsOptions.Section).AddSettings<SeedOptions>(SeedOptions.Section);
        services.AddOptions<LifecycleOptions>().Validate<IOptions<ControlOptions>>(
            (lifecycle, control) => TimeSpan.FromMinutes(lifecycle.LeadMarginMinutes) < TimeSpan.FromDays(control.Value.BookingHorizonDays),
            $"{LifecycleOptions.Section}:LeadMarginMinutes is as long as {ControlOptions.Section}:BookingHorizonDays or longer, so that every slot would be due when it is reserved. Lower the one or raise the other.");
        services.AddSingleton(new Replica(
            configuration["Ccm:ReplicaId"] is { Length: > 0 } id ? id : $"{Environment.MachineName.ToLowerInvariant()}-{Guid.NewGuid().ToString("N")[..6]}",
            configuration["Urls"] ?? configuration["urls"] ?? ""));
        return services.AddStores(configuration).AddControl().AddHosts().AddLoops();
    }

    private static IServiceCollection AddStores(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(_ => EmbeddedDatabase.Open(configuration[DataDirectory] is { Length: > 0 } directory ? directory : "data"));
        if (configuration.GetConnectionString("etcd") is { Length: > 0 } endpoints)
        {
            services.AddSettings<EtcdOptions>(EtcdOptions.Section);
            services.AddSingleton(provider => new EtcdStateStore(endpoints, provider.GetRequiredService<IOptions<EtcdOptions>>().Value,
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<EtcdStateStore>>()));
            services.AddSingleton<IStateStore>(provider => provider.GetRequiredService<EtcdStateStore>());
        }
        else
        {
            if (configuration.GetSection(EtcdOptions.Section).GetChildren().FirstOrDefault(setting => !string.IsNullOrEmpty(setting.Value)) is { } setting)
                throw new InvalidOperationException($"{setting.Path} is set, but ConnectionStrings:etcd names no server: set both or neither.");
            services.AddSingleton<IStateStore, SqliteStateStore>();
        }
        return configuration.GetConnectionString("mongodb") is { Length: > 0 } uri ? services.AddMongoDocuments(uri) : services.AddSqliteDocuments();
    }

    private static IServiceCollection AddSqliteDocuments(this IServiceCollection services) => services
        .AddSingleton<IDefinitionDocuments, SqliteDefinitionDocuments>()
        .AddSingleton<ITemplateDocuments, SqliteTemplateDocuments>()
        .AddSingleton<IAuditTrail, SqliteAuditTrail>()
        .AddSingleton<IKeyDocuments, SqliteKeyDocuments>();

    private static IServiceCollection AddMongoDocuments(this IServiceCollection services, string uri)
    {
        services.AddSingleton(provider => new MongoDocuments(uri, provider.GetRequiredService<IOptions<RetentionOptions>>().Value.AuditDays, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IDefinitionDocuments, MongoDefinitionDocuments>();
        services.AddSingleton<ITemplateDocuments, MongoTemplateDocuments>();
        services.AddSingleton<IAuditTrail, MongoAuditTrail>();
        services.AddSingleton<IKeyDocuments, MongoKeyDocuments>();
        services.AddHostedService<MongoQueryIndexes>();
        return services;
    }

    private static IServiceCollection AddControl(this IServiceCollection services)
    {
        services.AddSingleton<WatchCache>();
        services.AddHostedService(provider => provider.GetRequiredService<WatchCache>());
        services.AddSingleton<ControlPlane>();
        services.AddSingleton<Elections>();
        services.AddHostedService<Seeding>();
        return services;
    }

    private static IServiceCollection AddHosts(this IServiceCollection services)
    {
        services.AddSingleton(provider => new PlanningTimes(
            TimeSpan.FromMinutes(provider.GetRequiredService<IOptions<LifecycleOptions>>().Value.LeadMarginMinutes),
            provider.GetRequiredService<IOptions<SimulatorOptions>>().Value.Speed)
        {
            IdleCooldown = provider.GetRequiredService<IOptions<ScalingOptions>>().Value.IdleCooldown,
            StoppedLimit = provider.GetRequiredService<IOptions<ScalingOptions>>().Value.StoppedLimit,
            HasRealHosts = provider.GetRequiredService<IOptions<HostsOptions>>().Value.Static.Count > 0,
        });
        services.AddSingleton<SimulatedFleet>();
        services.AddSingleton<IWorkerProvider>(provider => provider.GetRequiredService<SimulatedFleet>());
        services.AddSingleton<IWorkerProvider, StaticHosts>();
        services.AddSingleton<HostRegistry>();
        return services;
    }

    private static IServiceCollection AddLoops(this IServiceCollection services)
    {
        services.AddHostedService<Rehearsal>();
        services.AddSingleton<SchedulerLoop>();
        services.AddSingleton<ControllerLoop>();
        services.AddSingleton<InstanceReconciler>();
        services.AddSingleton<WorkerReconciler>();
        services.AddSingleton<LeftBehind>();
        services.AddSingleton<HostSweep>();
        services.AddSingleton<Retention>();
        services.AddSingleton<DocumentSweep>();
        services.AddSingleton<ScalingLoop>();
        services.AddSingleton<AuditRelay>();
        services.AddSingleton<IHostedService>(provider => Lead(provider, provider.GetRequiredService<Elections>().Scheduler, fenced: true, provider.GetRequiredService<SchedulerLoop>().RunAsync));
        services.AddSingleton<IHostedService>(provider => Lead(provider, provider.GetRequiredService<Elections>().Controller, fenced: false,
            provider.GetRequiredService<ControllerLoop>().RunAsync,
            provider.GetRequiredService<ScalingLoop>().RunAsync,
            term => provider.GetRequiredService<AuditRelay>().RunAsync(term.Fence, term.Over)));
        return services;
    }

    /// <summary>Tells what is wrong with the stores' settings before anything runs; a store that is merely away is waited for.</summary>
    /// <exception cref="StateStoreSettingsException">What has to be changed for the state store.</exception>
    /// <exception cref="InvalidOperationException">What has to be changed for the document store.</exception>
    public static async Task CheckCcmStoresAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        if (services.GetService<EtcdStateStore>() is { } etcd)
            await etcd.CheckAsync(cancellationToken);
        if (services.GetService<MongoDocuments>() is { } documents)
            await documents.CheckAsync(cancellationToken);
    }

    private static LeaderService Lead(IServiceProvider provider, Election election, bool fenced, params Func<LeaderTerm, Task>[] loops) =>
        new(election, provider.GetRequiredService<ControlPlane>(), provider.GetRequiredService<Replica>(), loops, fenced,
            provider.GetRequiredService<IHostApplicationLifetime>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<LeaderService>>());

    private static IServiceCollection AddSettings<T>(this IServiceCollection services, string section) where T : class
    {
        services.AddOptions<T>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }
}
