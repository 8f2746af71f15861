using ClusterSearch.Archive;

namespace ClusterSearch.Contract;

/// <param name="Encoding">The one that searches use, of which videos, chunks, samples and hours speak; null in an empty archive.</param>
/// <param name="Encodings">Every encoding, in the order in which they came.</param>
public sealed record StatusDocument(
    VideoCountsDocument Videos, ChunkCountsDocument Chunks, long Samples, long MissingSamples, double Hours,
    EncodingDocument? Encoding, IReadOnlyList<EncodingProgressDocument> Encodings, IReadOnlyList<FileFaultDocument> Failures,
    WorkforceDocument Work) : Document
{
    public static StatusDocument From(ArchiveStatus status, WorkforceStatus work)
    {
        var ledger = status.Ledger;
        return new StatusDocument(
            VideoCountsDocument.From(ledger, status.VideosWithoutPlan),
            ChunkCountsDocument.From(ledger.Chunks), ledger.Samples, ledger.MissingSamples, ledger.Seconds / 3600,
            status.Encoding is { } e ? EncodingDocument.From(e) : null, [.. status.Encodings.Select(EncodingProgressDocument.From)],
            FileFaultDocument.From(status.Failures), WorkforceDocument.From(work));
    }
}
