using System.Collections.Concurrent;
using System.Globalization;
using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core;

namespace ClusterSearch.Gateway.Ingestion;

/// <summary>What became of each ingest job: waiting, running, done, failed. Jobs that ended are forgotten in the order in which they did.</summary>
internal sealed class JobBook
{
    private const int EndedAtMost = 1000;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _ended = new();
    private int _last;

    public string Open()
    {
        var name = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        _entries[name] = new Entry("waiting", null, null);
        return name;
    }

    /// <summary>As if it had never been asked for.</summary>
    public void Forget(string job) => _entries.TryRemove(job, out _);

    public void Run(string job) => _entries[job] = new Entry("running", null, null);

    public void Finish(string job, IngestReport report) => End(job, new Entry("done", IngestDocument.From(report), null));

    public void Fail(string job, ClusterSearchException fault) => End(job, new Entry("failed", null, new ErrorDetail(fault.Code, fault.Message)));

    /// <returns>Null for a job that is not known, or not any more.</returns>
    public JobStateDocument? Find(string job, ProgressDocument progress) => _entries.TryGetValue(job, out var entry)
        ? new JobStateDocument(job, entry.State, entry.State == "running" ? progress : null, entry.Report, entry.Error)
        : null;

    private void End(string job, Entry entry)
    {
        _entries[job] = entry;
        _ended.Enqueue(job);
        while (_ended.Count > EndedAtMost && _ended.TryDequeue(out var old)) _entries.TryRemove(old, out _);
    }

    private sealed record Entry(string State, IngestDocument? Report, ErrorDetail? Error);
}
