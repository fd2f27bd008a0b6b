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
/// Campaigns for one leader key: create-if-absent under a lease, stand by until it is deleted, campaign again with a new lease after a
/// loss. No store, no leadership. The guard in each transaction decides; this only keeps two from trying for long.
/// </summary>
public sealed partial class Election(
    string key, Replica replica, IStateStore store, WatchCache cache, TimeSpan leaseTtl, TimeProvider time, ILogger<Election> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);
    private volatile LeaderTerm? _term;
    private CancellationTokenSource? _resign;
    private DateTimeOffset _standAsideUntil = DateTimeOffset.MinValue;

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
                if (_standAsideUntil > time.GetUtcNow())
                    await Task.Delay(_standAsideUntil - time.GetUtcNow(), time, stop);
                await CampaignAsync(lead, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (StateStoreUnavailableException exception)
            {
                LogNoStore(key, exception.Message);
                await Task.Delay(Pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Ends this replica's term and stands aside for two lease times, so that another may take it. Nothing when it does not lead.</summary>
    public void Resign()
    {
        _standAsideUntil = time.GetUtcNow() + (leaseTtl * 2);
        try
        {
            _resign?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The term ended by itself meanwhile.
        }
    }

    private async Task CampaignAsync(Func<LeaderTerm, Task> lead, CancellationToken stop)
    {
        await VacantAsync(stop);
        await using var lease = await store.GrantLeaseAsync(leaseTtl, stop);
        try
        {
            if (await CreateAsync(lease, stop) is not { } createRevision)
                return;
            await LeadAsync(new StateGuard.Created(key, createRevision), lease, lead, stop);
        }
        finally
        {
            await lease.RevokeAsync(CancellationToken.None);
        }
    }

    private async Task LeadAsync(StateGuard fence, IStateLease lease, Func<LeaderTerm, Task> lead, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, lease.Lost);
        _resign = over;
        _term = new LeaderTerm(fence, time.GetUtcNow(), lease, over.Token);
        LogElected(replica.Id, key);
        try
        {
            await lead(_term);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The term is over; its work has stopped.
        }
        finally
        {
            _term = null;
            _resign = null;
            LogOver(replica.Id, key);
        }
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
        if (result is CommitResult.Committed committed)
            return committed.Revision;
        if (result is not CommitResult.Unknown)
            return null;
        // Unknown is not failed: our lease on the key tells whether the write stands.
        return await store.GetAsync(key, stop) is { } entry && entry.LeaseId == lease.Id ? entry.CreateRevision : null;
    }

    /// <summary>Waits on the watch until nobody holds the key; asks the store itself when the watch has been silent for two lease times.</summary>
    private async Task VacantAsync(CancellationToken stop)
    {
        using var subscription = cache.Subscribe();
        while (await store.GetAsync(key, stop) is not null)
        {
            while (await subscription.NextAsync(leaseTtl * 2, time, stop) is { } change && change.After.Leaders.ContainsKey(key))
            {
            }
        }
    }

    [LoggerMessage(5001, LogLevel.Information, "{ReplicaId} leads {Key}.")]
    private partial void LogElected(string replicaId, string key);

    [LoggerMessage(5002, LogLevel.Information, "{ReplicaId} no longer leads {Key}.")]
    private partial void LogOver(string replicaId, string key);

    [LoggerMessage(5003, LogLevel.Warning, "No leader for {Key} can be elected: {Reason}")]
    private partial void LogNoStore(string key, string reason);
}
