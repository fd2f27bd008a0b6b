using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Ccm.Bench.Measuring;

/// <summary>Keeps what the code under measurement says went wrong, so that it is printed with the figures.</summary>
internal sealed class Faults : ILoggerProvider
{
    private readonly ConcurrentDictionary<string, int> _counts = new();

    public void Print()
    {
        foreach (var (text, count) in _counts.OrderByDescending(pair => pair.Value).Take(10))
            Console.WriteLine($"said {count} times: {text}");
    }

    public ILogger CreateLogger(string categoryName) => new Counter(_counts);

    public void Dispose()
    {
        // Holds nothing.
    }

    private sealed class Counter(ConcurrentDictionary<string, int> counts) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            counts.AddOrUpdate(formatter(state, exception), 1, (_, count) => count + 1);
    }
}
