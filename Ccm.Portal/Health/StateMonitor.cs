using System.Collections.Immutable;
using Ccm.Engine.Leadership;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Health;

/// <summary>How the state store was when it was last asked.</summary>
/// <param name="Status">Null when it did not answer.</param>
/// <param name="Problem">Why it did not; null when it did.</param>
/// <param name="Warnings">What is amiss although it answered.</param>
internal sealed record StateReport(StateStoreStatus? Status, string? Problem, ImmutableArray<string> Warnings)
{
    public static readonly StateReport None = new(null, "It has not been asked yet.", []);

    /// <summary>Revisions that the store was ahead of this replica's watch when it answered.</summary>
    public long Lag { get; init; }
}

/// <summary>
/// Asks the state store how it is, now and then and once for everybody: pages, banners and metrics show what it heard last, so that
/// the store's load does not grow with the number of people who look.
/// </summary>
internal sealed partial class StateMonitor(IStateStore store, WatchCache cache, Elections elections, TimeProvider time, ILogger<StateMonitor> logger) : BackgroundService
{
    /// <summary>How often leases are asked for; the rest costs more and changes slowly.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);
    private const int BeatsPerStatus = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly OutboxAge _outboxAge = new();
    private volatile StateReport _report = StateReport.None;
    private volatile ImmutableDictionary<string, TimeSpan> _leaseAges = ImmutableDictionary<string, TimeSpan>.Empty;

    public StateReport Report => _report;

    /// <summary>How long the oldest waiting operation has waited for the audit trail, as far as this replica saw; null: none waits.</summary>
    public TimeSpan? OutboxAge => _outboxAge.Age;

    /// <summary>Time since a leader's last sign of life, by leader key, whichever replica leads; null when it is not known.</summary>
    public TimeSpan? LeaseAge(string key)
    {
        if (elections.All.FirstOrDefault(election => election.Key == key)?.Term is { } own)
            return own.Lease.Age;
        return _leaseAges.TryGetValue(key, out var age) ? age : null;
    }

    /// <summary>Asks now.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var before = _report;
        try
        {
            var status = await store.GetStatusAsync(cancellationToken).WaitAsync(Patience, time, cancellationToken);
            _report = new StateReport(status, null, StateWarnings.Of(status)) { Lag = Math.Max(0, status.Revision - cache.Freshness.Revision) };
        }
        catch (Exception exception) when (exception is StateStoreUnavailableException or TimeoutException)
        {
            _report = new StateReport(null, exception is TimeoutException ? $"It does not answer within {Patience.TotalSeconds} s." : exception.Message, []);
        }
        foreach (var warning in _report.Warnings.Except(before.Warnings))
            LogWarning(warning);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            for (var beat = 0; ; beat++)
            {
                if (beat % BeatsPerStatus == 0)
                    await LookAsync(stoppingToken);
                await LookAtLeasesAsync(stoppingToken);
                _outboxAge.Look(cache.Current, time.GetUtcNow());
                await Task.Delay(Beat, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    /// <summary>Only other replicas' leases are asked for; what cannot be learnt is left out.</summary>
    private async Task LookAtLeasesAsync(CancellationToken cancellationToken)
    {
        var known = ImmutableDictionary.CreateBuilder<string, TimeSpan>();
        foreach (var (key, leader) in cache.Current.Leaders.Where(pair => elections.All.All(election => election.Key != pair.Key || election.Term is null)))
        {
            try
            {
                if (await store.GetLeaseAgeAsync(leader.LeaseId, cancellationToken) is { } age)
                    known[key] = age;
            }
            catch (StateStoreUnavailableException)
            {
                // Shown as not known; that the store is away is told elsewhere.
            }
        }
        _leaseAges = known.ToImmutable();
    }

    [LoggerMessage(1101, LogLevel.Warning, "{Warning}")]
    private partial void LogWarning(string warning);
}
