using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.ServiceDefaults;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Archive.Working;

/// <summary>
/// Measures what is true of the archive as a whole: queue depths, takeovers, workers, the index. Every process of a shared
/// archive would say the same, so of the workers only the one that keeps the index does.
/// </summary>
public sealed class ArchiveGauges(ArchivePorts ports, ArchiveOptions options)
{
    private readonly ILogger _log = ports.Logs.CreateLogger("ClusterSearch.Gauges");

    /// <summary>Records each gauge once.</summary>
    public async Task ObserveAsync(CancellationToken cancellation)
    {
        long takeovers = 0;
        foreach (var record in await ports.Catalog.ListEncodingsAsync(cancellation))
        {
            var ledger = await ports.Catalog.StatusAsync(record.Encoding.Id, cancellation);
            KeyValuePair<string, object?> encoding = new(Telemetry.Attributes.Encoding, record.Encoding.Id);
            foreach (var state in Enum.GetValues<ChunkState>())
                Telemetry.LedgerChunks.Record(ledger.Chunks.GetValueOrDefault(state), encoding, State(state.ToString()));
            Telemetry.IndexSamples.Record(ledger.Samples, encoding);
            takeovers += ledger.Takeovers;
        }
        Telemetry.Takeovers.Record(takeovers);
        Telemetry.IndexSize.Record(SizeOf(options.IndexDirectory));
        var workforce = await new WorkforceReport(ports).MakeAsync(cancellation);
        Telemetry.LedgerLeft.Record(workforce.SecondsLeft);
        if (!workforce.IsShared) return;
        Telemetry.IngestRate.Record(workforce.TimesRealTime);
        var states = workforce.Workers.ToLookup(worker => worker.IsAlive ? worker.Report.State.ToString() : "Lost");
        foreach (var state in Enum.GetNames<WorkerState>().Except([nameof(WorkerState.Stopped)], StringComparer.Ordinal).Append("Lost"))
            Telemetry.Workers.Record(states[state].Count(), State(state));
    }

    /// <summary>Until it is cancelled. A catalogue that does not answer is asked again the next time.</summary>
    public async Task RunAsync(TimeSpan interval, bool onlyAsWriter, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(interval, ports.Time);
        try
        {
            do
            {
                if (onlyAsWriter && ports.Writer?.Current is null) continue;
                try
                {
                    await ObserveAsync(cancellation);
                }
                catch (ClusterSearchException fault)
                {
                    _log.LogDebug("Not observed: {Message}", fault.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Asked to.
        }
    }

    /// <summary>Bytes of a directory's files; 0 for one that is not there.</summary>
    public static long SizeOf(string? directory)
    {
        if (directory is null || !Directory.Exists(directory)) return 0;
        try
        {
            return new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            // A segment that is compacted away while it is counted.
            return 0;
        }
    }

    private static KeyValuePair<string, object?> State(string state) => new(Telemetry.Attributes.State, state.ToLowerInvariant());
}
