using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Working;

/// <summary>Who works on an archive, how fast, and what is left.</summary>
internal sealed class WorkforceReport(ArchivePorts ports)
{
    /// <summary>Workers report every few seconds; after so long one is taken for gone.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    public static bool IsAlive(WorkerRecord worker) => worker.Report.State != WorkerState.Stopped && worker.SinceReport < Silence;

    public async Task<WorkforceStatus> MakeAsync(CancellationToken cancellation)
    {
        var workers = (await ports.Catalog.ListWorkersAsync(cancellation))
            .Where(worker => worker.Report.State != WorkerState.Stopped)
            .Select(worker => new WorkerStatus(worker.Report, worker.SinceReport, IsAlive(worker), SpeedOf(worker))).ToList();
        var role = (await ports.Catalog.ListRolesAsync(cancellation)).FirstOrDefault(role => role.Role == IndexWriterRole.Name);
        var (secondsLeft, waiting, takeovers) = (0.0, 0, 0L);
        var quarantined = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var encoding in await ports.Catalog.ListEncodingsAsync(cancellation))
        {
            var ledger = await ports.Catalog.StatusAsync(encoding.Encoding.Id, cancellation);
            var toDo = ledger.Chunks.GetValueOrDefault(ChunkState.Pending) + ledger.Chunks.GetValueOrDefault(ChunkState.Leased);
            waiting += ledger.WaitingChunks;
            takeovers += ledger.Takeovers;
            if (toDo > 0) secondsLeft += ledger.Seconds * toDo / ledger.Chunks.Values.Sum();
            if (ledger.Chunks.GetValueOrDefault(ChunkState.Quarantined) == 0) continue;
            foreach (var (code, count) in await ports.Catalog.CountQuarantinedAsync(encoding.Encoding.Id, cancellation))
                quarantined[code] = quarantined.GetValueOrDefault(code) + count;
        }
        var speed = workers.Where(worker => worker.IsAlive).Sum(worker => worker.TimesRealTime);
        return new WorkforceStatus
        {
            IsShared = ports.Writer is not null,
            IsPaused = await ports.Catalog.IsPausedAsync(cancellation),
            Workers = workers,
            Aggregator = role is { Holder: { } holder } && role.Left > TimeSpan.Zero ? holder : null,
            TimesRealTime = speed,
            SecondsLeft = secondsLeft,
            TimeLeft = secondsLeft > 0 && speed > 0 ? TimeSpan.FromSeconds(Math.Min(3e8, secondsLeft / speed)) : null,
            WaitingChunks = waiting,
            Takeovers = takeovers,
            Quarantined = quarantined,
        };
    }

    private static double SpeedOf(WorkerRecord worker) =>
        worker.SinceFirstReport > TimeSpan.Zero ? worker.Report.SecondsDone / worker.SinceFirstReport.TotalSeconds : 0;
}
