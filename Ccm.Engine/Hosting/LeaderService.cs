using Ccm.Engine.Leadership;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Hosting;

/// <summary>Runs loops under one leadership: all of them while this replica leads, none otherwise; a loop that fails ends the term, and it campaigns again after a pause that grows.</summary>
internal sealed partial class LeaderService(Election election, Func<LeaderTerm, Task>[] loops, TimeProvider time, ILogger<LeaderService> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            try
            {
                await election.RunAsync(LeadAsync, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogFailed(election.Key, exception);
                pause = time.GetElapsedTime(began) > Healthy ? FirstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>The first loop to end takes the others with it, and the term is not over before all have stopped.</summary>
    private async Task LeadAsync(LeaderTerm term)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(term.Over);
        var running = loops.Select(loop => Task.Run(() => loop(term with { Over = over.Token }), CancellationToken.None)).ToArray();
        await Task.WhenAny(running);
        await over.CancelAsync();
        await Task.WhenAll(running);
    }

    [LoggerMessage(5101, LogLevel.Error, "The work of {Key} failed and is begun anew.")]
    private partial void LogFailed(string key, Exception exception);
}
