using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ccm.Engine.Hosting;

/// <summary>Gives a new installation its templates and demo labs. Every replica tries; the operation's key makes it once.</summary>
internal sealed partial class Seeding(ControlPlane control, WatchCache cache, IOptions<SeedOptions> options, TimeProvider time, ILogger<Seeding> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await cache.Ready.WaitAsync(stoppingToken);
            foreach (var (name, seed) in options.Value.Templates)
                await TryAsync($"template {name}", () => control.SeedTemplateAsync(seed.ToTemplate(name), stoppingToken), stoppingToken);
            // Kept from now on: slots are forecast with them, also while the document store is away.
            await TryAsync("what is seeded", () => control.ReadTemplatesAsync(stoppingToken), stoppingToken);
            foreach (var (name, yaml) in options.Value.DemoLabs ? DemoLabs.All : [])
                await TryAsync($"lab {name}", () => PublishAsync(name, yaml, stoppingToken), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: what is missing is seeded at the next start.
        }
    }

    private async Task PublishAsync(string name, string yaml, CancellationToken cancellationToken)
    {
        if (cache.Current.Definitions.ContainsKey(name))
            return;
        await control.PublishAsync(Actor.Engine("seed"), Operation.Keyed("ccm/seed", "seed", "definitions", name, DemoLabs.Version),
            new PublishRequest { Name = name, Version = DemoLabs.Version, LabYaml = yaml, ChangeNote = "Comes with CCM." }, cancellationToken);
    }

    private async Task TryAsync(string what, Func<Task> seed, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await seed();
                return;
            }
            catch (RefusedException refused) when (refused.Kind == RefusalKind.Unavailable)
            {
                LogWaiting(what, refused.Message);
                await Task.Delay(Pause, time, cancellationToken);
            }
            catch (RefusedException refused)
            {
                LogRefused(what, refused.Message);
                return;
            }
        }
    }

    [LoggerMessage(9001, LogLevel.Warning, "Seeding {What} waits: {Reason}")]
    private partial void LogWaiting(string what, string reason);

    [LoggerMessage(9002, LogLevel.Error, "Seeding {What} is refused; mend its settings under Ccm:Seed. {Reason}")]
    private partial void LogRefused(string what, string reason);
}
