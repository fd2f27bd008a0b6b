using System.Collections.Immutable;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Live;

/// <summary>
/// A circuit's one subscription to the watch cache, for all live parts of what it shows, while there are any. The first change is
/// painted at once, those that follow soon together, at the <see cref="Pace"/> that painting all of the parts allows.
/// </summary>
/// <remarks>Parts come and go on the circuit's own context.</remarks>
internal sealed class CircuitFeed(WatchCache cache, TimeProvider time) : IDisposable
{
    private ImmutableArray<LivePage> _parts = [];
    private CancellationTokenSource _left = new();
    private Task _following = Task.CompletedTask;

    /// <summary>From now on the part is told what changes.</summary>
    public void Join(LivePage part)
    {
        _parts = _parts.Add(part);
        if (_parts.Length > 1)
            return;
        _left = new CancellationTokenSource();
        _following = FollowAsync(cache.Subscribe(), _left.Token);
    }

    /// <summary>The last one ends the subscription.</summary>
    public async Task LeaveAsync(LivePage part)
    {
        if (!_parts.Contains(part))
            return;
        _parts = _parts.Remove(part);
        if (!_parts.IsEmpty)
            return;
        var (left, following) = (_left, _following);
        await left.CancelAsync();
        await following;
        left.Dispose();
    }

    public void Dispose() => _left.Dispose();

    private async Task FollowAsync(FleetSubscription subscription, CancellationToken left)
    {
        using (subscription)
        {
            try
            {
                var pace = new Pace();
                while (true)
                {
                    var change = await subscription.NextAsync(left);
                    var began = time.GetTimestamp();
                    foreach (var part in _parts)
                        await part.FollowAsync(change);
                    await Task.Delay(pace.After(time.GetElapsedTime(began)), time, left);
                }
            }
            catch (OperationCanceledException) when (left.IsCancellationRequested)
            {
                // Nobody looks any more.
            }
        }
    }
}
