using System.Collections.Concurrent;
using ClusterSearch.Core;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>What failed in a run, one line a file: the first fault of each stands.</summary>
internal sealed class RunFailures(ILogger log, RunMeter meter)
{
    private readonly ConcurrentDictionary<string, FileFailure> _failures = new(StringComparer.Ordinal);

    public IReadOnlyList<FileFailure> Ordered => [.. _failures.Values.OrderBy(failure => failure.Path, StringComparer.Ordinal)];

    public void Add(string path, ClusterSearchException fault) => Add(path, fault.Code, fault.Message);

    public void Add(string path, string code, string message)
    {
        if (!_failures.TryAdd(path, new FileFailure(path, code, message))) return;
        log.LogWarning("{Message} ({Code})", message, code);
        meter.Failed();
    }
}
