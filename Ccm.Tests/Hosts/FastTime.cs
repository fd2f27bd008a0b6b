namespace Ccm.Tests.Hosts;

/// <summary>The machine's clock, so many times faster: what waits for minutes is over in seconds, and all of it in the same order.</summary>
internal sealed class FastTime(int speed) : TimeProvider
{
    private readonly DateTimeOffset _began = System.GetUtcNow();
    private readonly long _start = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => _start + ((System.GetTimestamp() - _start) * speed);

    public override DateTimeOffset GetUtcNow() => _began + GetElapsedTime(_start);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer(callback, state, dueTime, period, speed);

    private static TimeSpan Real(TimeSpan time, int speed) => time <= TimeSpan.Zero ? time : time / speed;

    private sealed class Timer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period, int speed) : ITimer
    {
        private readonly ITimer _real = System.CreateTimer(callback, state, Real(dueTime, speed), Real(period, speed));

        public bool Change(TimeSpan dueTime, TimeSpan period) => _real.Change(Real(dueTime, speed), Real(period, speed));

        public void Dispose() => _real.Dispose();

        public ValueTask DisposeAsync() => _real.DisposeAsync();
    }
}
