using Microsoft.Extensions.Logging;

namespace ClusterSearch.Hosting;

/// <summary>A server's records go to loggers that are somebody else's too: those whose records are exported.</summary>
public sealed class ForwardedLogs(ILoggerFactory loggers) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => loggers.CreateLogger(categoryName);

    public void Dispose()
    {
        // They are not its own.
    }
}
