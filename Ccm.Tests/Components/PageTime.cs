using Microsoft.Extensions.Time.Testing;

namespace Ccm.Tests.Components;

/// <summary>
/// A clock that stands still until the test moves it, except that a frame passes at once: a page that gathers changes for a few
/// milliseconds shows them without the test knowing for how long it gathers.
/// </summary>
internal sealed class PageTime(DateTimeOffset now) : FakeTimeProvider(now)
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(160);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        dueTime >= TimeSpan.Zero && dueTime <= Frame
            ? System.CreateTimer(callback, state, TimeSpan.Zero, period)
            : base.CreateTimer(callback, state, dueTime, period);
}
