using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Bench.Churn;

/// <summary>Which labs were seen running and which were seen to end, and how, by the watch.</summary>
internal sealed class Lives : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, bool> _lives = [];
    private readonly Lock _lock = new();
    private readonly Task _following;

    public Lives(WatchCache cache) => _following = FollowAsync(cache.Subscribe());

    /// <summary>Most labs that had begun and not ended at one time.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>Labs that ran and then ended as <see cref="Outcome.Completed"/>.</summary>
    public int Completed
    {
        get
        {
            lock (_lock)
                return _lives.Values.Count(completed => completed);
        }
    }

    /// <summary>Labs that have not ended.</summary>
    public static int Live(FleetSnapshot snapshot) => snapshot.Instances.Count - snapshot.In(InstanceState.Terminated).Count();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task FollowAsync(FleetSubscription subscription)
    {
        using (subscription)
        {
            while (true)
            {
                var change = await subscription.NextAsync(_stop.Token);
                lock (_lock)
                {
                    MostAtOnce = Math.Max(MostAtOnce, Live(change.After));
                    foreach (var id in change.IsResync ? change.After.Instances.Keys : change.Instances)
                        Take(change.After.Instances.GetValueOrDefault(id)?.Value);
                }
            }
        }
    }

    private void Take(LabletInstance? instance)
    {
        if (instance is { State: InstanceState.Running })
            _lives.TryAdd(instance.Id, false);
        else if (instance is { State: InstanceState.Terminated, Outcome: Outcome.Completed } && _lives.ContainsKey(instance.Id))
            _lives[instance.Id] = true;
    }
}
