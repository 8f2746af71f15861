using Microsoft.Extensions.Logging;

namespace ClusterSearch.Hosting;

/// <summary>What goes wrong in a server, a line each.</summary>
/// <param name="write">Takes a line; one at a time.</param>
/// <param name="least">What is worth one, by category.</param>
public sealed class ErrorLines(Action<string> write, Func<string, LogLevel> least) : ILoggerProvider
{
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => new Lines(this, least(categoryName));

    public void Dispose()
    {
    }

    private void Write(string line)
    {
        lock (_lock) write(line);
    }

    private sealed class Lines(ErrorLines owner, LogLevel least) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) owner.Write($"{formatter(state, exception)}{(exception is null ? "" : $": {exception.GetType().Name}: {exception.Message}")}".ReplaceLineEndings(" "));
        }
    }
}
