using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Ccm.Tests.Watching;

/// <summary>Fake time that tells when somebody begins to wait and for how long, so that a test moves it only then.</summary>
internal sealed class TimerLog : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until a timer is set, lets it run out and says how long it was.</summary>
    public async Task<TimeSpan> PassAsync()
    {
        var wait = await _timers.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Advance(wait);
        return wait;
    }

    /// <summary>Waits until a timer is set and leaves it.</summary>
    public async Task<TimeSpan> SetAsync() => await _timers.Reader.ReadAsync(TestContext.Current.CancellationToken);
}
