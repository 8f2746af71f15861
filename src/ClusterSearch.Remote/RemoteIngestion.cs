using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Remote.Reading;
using ClusterSearch.Remote.Writing;

namespace ClusterSearch.Remote;

/// <summary>
/// What changes an archive, through its gateway. Footage of this machine is sent; "ROOT:PATH" names footage that lies below one of the gateway's
/// roots already. How footage is taken in (model, rate, resize, workers) is the archive's own business.
/// </summary>
internal sealed class RemoteIngestion(GatewayConnection gateway, TimeProvider time) : IIngestion
{
    public Task<IngestReport> IngestAsync(IngestRequest request, IProgress<IngestProgress> progress, CancellationToken cancellation)
    {
        if (request.Beside || request.Sampling is not null || request.Resize is not null || request.HardwareAcceleration is not null || request.ModelDirectory is not null
            || request.Precision is not null || request.AllowMixedEncoders || request.Workers != 0 || request.ChunkDuration != ChunkPlan.DefaultChunkDuration || request.Order != ClaimOrder.Fair)
            throw RemoteArchive.OnlyThere("choosing how footage is taken in (model, precision, sampling, resize, decoder, workers, order, --beside)");
        return new SentFootage(gateway, time, request, progress).IngestAsync(cancellation);
    }

    public async Task RemoveVideoAsync(VideoId video, CancellationToken cancellation) =>
        await gateway.SendAsync(HttpMethod.Delete, $"videos/{video}", null, RemoteJson.Default.RemovedDocument, cancellation);

    public async Task<int> RetryAsync(VideoId? video, CancellationToken cancellation) =>
        (await gateway.SendAsync(HttpMethod.Post, video is { } id ? $"videos/{id}/retry" : "ingestion/retry", null, RemoteJson.Default.RetryDocument, cancellation)).Chunks;

    public async Task<ArchiveStatus> StatusAsync(CancellationToken cancellation) =>
        StatusReading.Archive(await gateway.GetAsync("status", RemoteJson.Default.StatusDocument, cancellation));

    public async Task<EncodingUse> UseEncodingAsync(string encoding, bool force, CancellationToken cancellation)
    {
        var use = await gateway.SendAsync(HttpMethod.Post, $"encodings/{Uri.EscapeDataString(encoding)}/use{(force ? "?force=true" : "")}", null, RemoteJson.Default.EncodingUseDocument, cancellation);
        return new EncodingUse(StatusReading.Encoding(use.Active), StatusReading.Encoding(use.Before), use.Videos, use.MissingVideos);
    }

    public async Task<EncodingProgress> DropEncodingAsync(string encoding, CancellationToken cancellation)
    {
        var drop = await gateway.SendAsync(HttpMethod.Delete, $"encodings/{Uri.EscapeDataString(encoding)}", null, RemoteJson.Default.EncodingDropDocument, cancellation);
        return StatusReading.Dropped(drop);
    }

    public Task<WatchReport> WatchAsync(WatchRequest request, IWatchObserver observer, CancellationToken cancellation) => throw RemoteArchive.OnlyThere("watching folders");

    public Task<ReindexReport> ReindexAsync(string? encoding, IProgress<IngestProgress> progress, CancellationToken cancellation) => throw RemoteArchive.OnlyThere("reindexing");

    public Task<VerifyReport> VerifyAsync(VerifyRequest request, CancellationToken cancellation) => throw RemoteArchive.OnlyThere("verifying");

    public Task<BackupReport> BackupAsync(BackupRequest request, CancellationToken cancellation) => throw RemoteArchive.OnlyThere("a backup");
}
