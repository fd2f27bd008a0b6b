using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosting;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ccm.Tests.Story;

/// <summary>A whole engine in this process, on a data directory of its own.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly IHost _host;

    private EngineHost(IHost host) => _host = host;

    public ControlPlane Control => _host.Services.GetRequiredService<ControlPlane>();

    public WatchCache Cache => _host.Services.GetRequiredService<WatchCache>();

    public IServiceProvider Services => _host.Services;

    public static Actor Admin { get; } = new("admin", "Admin", [Role.Admin]);

    /// <param name="time">Null: the machine's.</param>
    public static async Task<EngineHost> StartAsync(string directory, IEnumerable<KeyValuePair<string, string?>> settings, CancellationToken cancellationToken, TimeProvider? time = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"));
        builder.Configuration.AddInMemoryCollection([new(EngineServices.DataDirectory, directory), .. settings]);
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddCcmEngine(builder.Configuration);
        var host = builder.Build();
        await host.Services.CheckCcmStoresAsync(cancellationToken);
        await host.StartAsync(cancellationToken);
        var engine = new EngineHost(host);
        await engine.Cache.Ready.WaitAsync(cancellationToken);
        return engine;
    }

    /// <summary>The first snapshot of which the condition holds; fails, telling what stands, when it does not come to hold in three minutes.</summary>
    public async Task<FleetSnapshot> UntilAsync(Func<FleetSnapshot, bool> holds, CancellationToken cancellationToken)
    {
        using var subscription = Cache.Subscribe();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var snapshot = subscription.Start;
        try
        {
            while (!holds(snapshot))
                snapshot = (await subscription.NextAsync(patience.Token)).After;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"It did not come to hold. {Describe(snapshot)}");
        }
        return snapshot;
    }

    private static string Describe(FleetSnapshot snapshot) =>
        $"Revision {snapshot.Revision}, {snapshot.Outbox.Count} in the outbox, {snapshot.Leaders.Count} leaders.\n"
        + string.Join('\n', snapshot.Workers.Values.Select(worker => $"{worker.Id} {worker.Value.State} {worker.Value.LastTransition.Reason}"))
        + "\n" + string.Join('\n', snapshot.Instances.Values.Select(entry => $"{entry.Id} {entry.Value.State} {entry.Value.Target} {entry.Value.Checkpoint} {entry.Value.LastTransition.Reason}"));

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            _host.Dispose();
    }
}
