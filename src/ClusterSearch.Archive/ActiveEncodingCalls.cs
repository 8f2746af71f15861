using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive;

/// <summary>The calls of both ports without an encoding: they speak of the active one, verification and reindexing of all.</summary>
public static class ActiveEncodingCalls
{
    /// <inheritdoc cref="IIngestion.VerifyAsync"/>
    public static Task<VerifyReport> VerifyAsync(this IIngestion ingestion, bool digest, CancellationToken cancellation) =>
        ingestion.VerifyAsync(new VerifyRequest { Digest = digest }, cancellation);

    /// <inheritdoc cref="IIngestion.ReindexAsync"/>
    public static Task<ReindexReport> ReindexAsync(this IIngestion ingestion, IProgress<IngestProgress> progress, CancellationToken cancellation) =>
        ingestion.ReindexAsync(null, progress, cancellation);

    /// <inheritdoc cref="ISearch.ExportVectorsAsync"/>
    public static Task<VectorExport> ExportVectorsAsync(this ISearch search, VideoId video, bool smoothed, CancellationToken cancellation) =>
        search.ExportVectorsAsync(video, smoothed, null, cancellation);
}
