using System.Collections.Concurrent;

namespace Ccm.Portal.Health;

/// <param name="Source">The part that tells it, as <c>AuditRelay</c>.</param>
/// <param name="Text">What was logged; what an exception holds inside stays in the log.</param>
internal sealed record Fault(DateTimeOffset At, LogLevel Level, string Source, int EventId, string Text);

/// <summary>The last warnings and errors of this replica's log, for whoever looks at the System page instead of at the log.</summary>
internal sealed class RecentFaults(TimeProvider time) : ILoggerProvider
{
    private const int Kept = 100;
    private readonly ConcurrentQueue<Fault> _faults = new();

    /// <summary>Newest first.</summary>
    public IReadOnlyList<Fault> Newest => [.. _faults.Reverse()];

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
    }

    private void Add(Fault fault)
    {
        _faults.Enqueue(fault);
        while (_faults.Count > Kept)
            _faults.TryDequeue(out _);
    }

    private sealed class Recorder(RecentFaults faults, string source) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                faults.Add(new Fault(faults.Now, logLevel, source, eventId.Id, formatter(state, exception)));
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();
}
