using Ccm.Engine.Domain;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;

namespace Ccm.Portal.Health;

/// <summary>
/// Tells the other replicas that this one lives, under a lease that ends with it: whoever watches the state knows all of them without
/// asking. It decides nothing and nothing waits for it.
/// </summary>
internal sealed partial class ReplicaBeat(IStateStore store, Replica replica, OpenCircuits circuits, TimeProvider time, ILogger<ReplicaBeat> logger) : BackgroundService
{
    /// <summary>After so long without a sign of life it is taken for gone.</summary>
    private static readonly TimeSpan LeaseTtl = 3 * ReplicaEntry.Period;

    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(500);
    private string? _told;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LiveAsync(await store.GrantLeaseAsync(LeaseTtl, stoppingToken), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (StateStoreUnavailableException exception)
            {
                Tell(exception.Message);
                await Task.Delay(ReplicaEntry.Period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Until the lease is lost or the process stops.</summary>
    private async Task LiveAsync(IStateLease lease, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, lease.Lost);
        try
        {
            while (true)
            {
                await BeatAsync(lease, over.Token);
                await Task.Delay(ReplicaEntry.Period, time, over.Token);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // A new lease, or none any more.
        }
        finally
        {
            using var soon = new CancellationTokenSource(Farewell, time);
            await lease.RevokeAsync(soon.Token);
        }
    }

    /// <summary>One that is not taken is followed by the next.</summary>
    private async Task BeatAsync(IStateLease lease, CancellationToken cancellationToken)
    {
        var entry = new ReplicaEntry(replica.Id, replica.Address, SystemHealth.Version, Vitals.Began, time.GetUtcNow(), circuits.Count);
        var result = await store.CommitAsync(new StateTransaction { Puts = [new StatePut(StateKeys.Replica(replica.Id), DomainJson.Write(entry), lease.Id)] }, cancellationToken);
        if (result is CommitResult.Refused refused)
            Tell(refused.Reason);
        else if (result is CommitResult.Committed)
            _told = null;
    }

    /// <summary>Once, not at every attempt.</summary>
    private void Tell(string reason)
    {
        if (_told != reason)
            LogNotTold(reason);
        _told = reason;
    }

    [LoggerMessage(1121, LogLevel.Information, "Other replicas cannot be told that this one lives: {Reason}")]
    private partial void LogNotTold(string reason);
}
