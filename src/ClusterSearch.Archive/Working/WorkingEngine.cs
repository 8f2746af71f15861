using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Working;

/// <summary>The engine behind <see cref="IWorking"/>.</summary>
public sealed class WorkingEngine(ArchivePorts ports, ArchiveOptions options) : IWorking
{
    public Task WorkAsync(WorkRequest request, Action<string> tell, CancellationToken stop, CancellationToken now) =>
        new WorkerProcess(ports, options, request, tell).RunAsync(stop, now);

    public async Task<int> ReportCrashAsync(string worker, Failure failure, TimeSpan retryAfter, CancellationToken cancellation)
    {
        var chunks = await TransientRetry.UntilAnsweredAsync(ports.Time, token => ports.Catalog.FailWorkerAsync(worker, failure, retryAfter, token), cancellation);
        await TransientRetry.UntilAnsweredAsync(ports.Time, async token =>
        {
            await ports.Catalog.ForgetWorkerAsync(worker, token);
            return true;
        }, cancellation);
        return chunks;
    }

    public Task SetPausedAsync(bool isPaused, CancellationToken cancellation) => ports.Catalog.SetPausedAsync(isPaused, cancellation);

    public Task<WorkforceStatus> StatusAsync(CancellationToken cancellation) => new WorkforceReport(ports).MakeAsync(cancellation);
}
