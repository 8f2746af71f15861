using ClusterSearch.Archive;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Remote.Reading;

namespace ClusterSearch.Remote;

/// <summary>Who works on an archive, through its gateway.</summary>
internal sealed class RemoteWorking(GatewayConnection gateway) : IWorking
{
    public async Task<WorkforceStatus> StatusAsync(CancellationToken cancellation) =>
        StatusReading.Workforce((await gateway.GetAsync("status", RemoteJson.Default.StatusDocument, cancellation)).Work);

    public Task SetPausedAsync(bool isPaused, CancellationToken cancellation) =>
        gateway.SendAsync(HttpMethod.Post, isPaused ? "ingestion/pause" : "ingestion/resume", null, RemoteJson.Default.PausedDocument, cancellation);

    public Task WorkAsync(WorkRequest request, Action<string> tell, CancellationToken stop, CancellationToken now) => throw RemoteArchive.OnlyThere("working");

    public Task<int> ReportCrashAsync(string worker, Failure failure, TimeSpan retryAfter, CancellationToken cancellation) => throw RemoteArchive.OnlyThere("a worker's report");
}
