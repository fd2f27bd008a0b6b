using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.Leadership;

/// <summary>A time of leading.</summary>
/// <param name="Fence">In every transaction of this term: it holds only while the leader key is the one this term created.</param>
/// <param name="Over">Cancelled when the term must be taken for over, which is before another can begin.</param>
public sealed record LeaderTerm(StateGuard Fence, DateTimeOffset Since, IStateLease Lease, CancellationToken Over);

/// <summary>
/// Campaigns for one leader key: create-if-absent under a lease that is held ready while another leads, so that its end is followed at
/// once; campaign again with a new lease after a loss. No store, no leadership. The guard in each transaction decides; this only keeps
/// two from trying for long.
/// </summary>
/// <remarks>Whoever deletes the key ends the term, from any replica: its fence holds no more, and the leader stands aside for another.</remarks>
public sealed partial class Election(
    string key, Replica replica, IStateStore store, WatchCache cache, TimeSpan leaseTtl, TimeProvider time, ILogger<Election> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);
    private volatile LeaderTerm? _term;
    private bool _standAside;
    private string? _told;

    public string Key => key;

    public TimeSpan LeaseTtl => leaseTtl;

    /// <summary>This process's term, null while it does not lead.</summary>
    public LeaderTerm? Term => _term;

    /// <summary>Runs <paramref name="lead"/> whenever this replica leads, until <paramref name="stop"/>; then gives the lease back at once.</summary>
    public async Task RunAsync(Func<LeaderTerm, Task> lead, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (_standAside)
                    await Task.Delay(leaseTtl, time, stop);
                _standAside = false;
                await CampaignAsync(lead, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (StateStoreUnavailableException exception)
            {
                // Told once, not at every attempt.
                if (_told != exception.Message)
                    LogNoStore(key, exception.Message);
                _told = exception.Message;
                await Task.Delay(Pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task CampaignAsync(Func<LeaderTerm, Task> lead, CancellationToken stop)
    {
        await using var lease = await store.GrantLeaseAsync(leaseTtl, stop);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, lease.Lost);
        try
        {
            long? createRevision;
            do
            {
                await VacantAsync(over.Token);
                createRevision = await CreateAsync(lease, over.Token);
            }
            while (createRevision is null);
            await LeadAsync(createRevision.Value, lease, lead, over);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The term is over and its work has stopped, or the lease ran out before there was one.
        }
        finally
        {
            await lease.RevokeAsync(CancellationToken.None);
        }
    }

    private async Task LeadAsync(long createRevision, IStateLease lease, Func<LeaderTerm, Task> lead, CancellationTokenSource over)
    {
        var term = new LeaderTerm(new StateGuard.Created(key, createRevision), time.GetUtcNow(), lease, over.Token);
        _term = term;
        _told = null;
        LogElected(replica.Id, key);
        var watching = EndWithKeyAsync(createRevision, over);
        try
        {
            await lead(term);
        }
        finally
        {
            _term = null;
            await over.CancelAsync();
            await watching;
            LogOver(replica.Id, key);
        }
    }

    /// <summary>Ends the term when the key that began it is gone, although the lease holds: somebody deleted it, or the store was restored.</summary>
    private async Task EndWithKeyAsync(long createRevision, CancellationTokenSource over)
    {
        using var subscription = cache.Subscribe();
        var snapshot = subscription.Start;
        var seen = false;
        try
        {
            while (true)
            {
                // A cache that is behind does not know the key yet.
                seen |= snapshot.Revision >= createRevision;
                if (seen && snapshot.Leaders.GetValueOrDefault(key)?.CreateRevision != createRevision)
                    break;
                snapshot = (await subscription.NextAsync(over.Token)).After;
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return;
        }
        _standAside = true;
        LogTaken(replica.Id, key);
        await over.CancelAsync();
    }

    /// <summary>The revision that fences the new term; null when another was faster.</summary>
    private async Task<long?> CreateAsync(IStateLease lease, CancellationToken stop)
    {
        var value = DomainJson.Write(new LeaderEntry(replica.Id, replica.Address, time.GetUtcNow(), 0));
        var result = await store.CommitAsync(new StateTransaction
        {
            Guards = [new StateGuard.Created(key, 0)],
            Puts = [new StatePut(key, value, lease.Id)],
        }, stop);
        switch (result)
        {
            case CommitResult.Committed committed:
                return committed.Revision;
            case CommitResult.GuardFailed:
                return null;
            case CommitResult.Refused refused:
                throw new StateStoreUnavailableException(refused.Reason);
            default:
                // Unknown is not failed: our lease on the key tells whether the write stands.
                return await store.GetAsync(key, stop) is { } entry && entry.LeaseId == lease.Id ? entry.CreateRevision : null;
        }
    }

    /// <summary>Waits on the watch until nobody holds the key; asks the store itself first, and when the watch has been silent for two lease times.</summary>
    private async Task VacantAsync(CancellationToken stop)
    {
        using var subscription = cache.Subscribe();
        while (await store.GetAsync(key, stop) is { } held)
        {
            while (await subscription.NextAsync(leaseTtl * 2, time, stop) is { } change)
            {
                if (change.After.Revision >= held.ModRevision && !change.After.Leaders.ContainsKey(key))
                    return;
            }
        }
    }

    [LoggerMessage(5001, LogLevel.Information, "{ReplicaId} leads {Key}.")]
    private partial void LogElected(string replicaId, string key);

    [LoggerMessage(5002, LogLevel.Information, "{ReplicaId} no longer leads {Key}.")]
    private partial void LogOver(string replicaId, string key);

    [LoggerMessage(5004, LogLevel.Warning, "{ReplicaId} leads {Key} no more: its key was deleted; it stands aside for another.")]
    private partial void LogTaken(string replicaId, string key);

    [LoggerMessage(5003, LogLevel.Warning, "No leader for {Key} can be elected: {Reason}")]
    private partial void LogNoStore(string key, string reason);
}
