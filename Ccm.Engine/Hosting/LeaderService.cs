using Ccm.Engine.Control;
using Ccm.Engine.Leadership;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Hosting;

/// <summary>Runs loops under one leadership: all of them while this replica leads, none otherwise; a loop that fails ends the term, and it campaigns again after a pause that grows.</summary>
/// <param name="fenced">Whether the loops do nothing but commit under the term's fence: then the key is given back before they have come to rest, since the fence stops what they are at.</param>
internal sealed partial class LeaderService(
    Election election, ControlPlane control, Replica replica, Func<LeaderTerm, Task>[] loops, bool fenced, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<LeaderService> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // As soon as the process is asked to stop: this service's own turn comes only when the last request has been answered.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        // Not on the thread that tells all: the one leader does not wait until the other's loops are unwound.
        await using var stopping = lifetime.ApplicationStopping.Register(() => _ = stop.CancelAsync());
        var pause = FirstPause;
        while (!stop.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            try
            {
                await election.RunAsync(LeadAsync, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogFailed(election.Key, exception);
                pause = time.GetElapsedTime(began) > Healthy ? FirstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
                await Task.Delay(pause, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>The first loop to end takes the others with it, and unless they are fenced the term is not over before all have stopped.</summary>
    private async Task LeadAsync(LeaderTerm term)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(term.Over);
        // The work does not wait for its own announcement.
        var told = control.RecordLeaderAsync(term.Fence, election.Key, replica, leads: true, vacate: false, over.Token);
        var end = new Lazy<Task>(() => TellEndAsync(term));
        // Registered behind the loops' own token, and so called before it.
        await using var handOver = fenced ? term.Over.Register(() => _ = end.Value) : default;
        var running = loops.Select(loop => Task.Run(() => loop(term with { Over = over.Token }), CancellationToken.None)).ToArray();
        await Task.WhenAny(running);
        await over.CancelAsync();
        try
        {
            await Task.WhenAll([.. running, told]);
        }
        finally
        {
            await end.Value;
        }
    }

    /// <summary>Only while the lease is still held, and never for long: the successor waits for it.</summary>
    private async Task TellEndAsync(LeaderTerm term)
    {
        if (term.Lease.Lost.IsCancellationRequested)
            return;
        using var soon = new CancellationTokenSource(Farewell, time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, term.Lease.Lost);
        try
        {
            // A loop that failed ends the term too; then this replica may well be the next.
            await control.RecordLeaderAsync(term.Fence, election.Key, replica, leads: false, vacate: term.Over.IsCancellationRequested, until.Token);
        }
        catch (OperationCanceledException)
        {
            // The store is slow, or the lease ran out.
        }
    }

    [LoggerMessage(5101, LogLevel.Error, "The work of {Key} failed and is begun anew.")]
    private partial void LogFailed(string key, Exception exception);
}
