using ClusterSearch.Archive;

namespace ClusterSearch.Contract;

public sealed record EncodingDocument(string Id, string Model, string Sampling, string Resize, int Dimension, string Precision)
{
    public static EncodingDocument From(EncodingSummary e) => new(e.Id, e.Model, e.Sampling, e.Resize, e.Dimension, e.Precision);
}

/// <param name="Active">Whether searches use it.</param>
/// <param name="CompleteVideos">With nothing left to do, and something to find.</param>
/// <param name="TotalVideos">Known to the archive.</param>
public sealed record EncodingProgressDocument(
    string Id, string Model, string Precision, string Sampling, string Resize, int Dimension, bool Active, int CompleteVideos, int TotalVideos,
    VideoCountsDocument Videos, ChunkCountsDocument Chunks, long Samples, long MissingSamples)
{
    public static EncodingProgressDocument From(EncodingProgress p) => new(
        p.Encoding.Id, p.Encoding.Model, p.Encoding.Precision, p.Encoding.Sampling, p.Encoding.Resize, p.Encoding.Dimension, p.IsActive, p.CompleteVideos, p.Videos,
        VideoCountsDocument.From(p.Ledger, p.VideosWithoutPlan), ChunkCountsDocument.From(p.Ledger.Chunks), p.Ledger.Samples, p.Ledger.MissingSamples);
}

/// <param name="Videos">Known to the archive.</param>
/// <param name="MissingVideos">Missing from the encoding that is used now.</param>
public sealed record EncodingUseDocument(EncodingDocument Active, EncodingDocument Before, int Videos, int MissingVideos) : Document
{
    public static EncodingUseDocument From(EncodingUse use) =>
        new(EncodingDocument.From(use.Active), EncodingDocument.From(use.Before), use.Videos, use.MissingVideos);
}

/// <param name="Videos">That it held.</param>
public sealed record EncodingDropDocument(EncodingDocument Dropped, int Videos, long Samples) : Document
{
    public static EncodingDropDocument From(EncodingProgress dropped) =>
        new(EncodingDocument.From(dropped.Encoding), dropped.Ledger.Videos, dropped.Ledger.Samples);
}
