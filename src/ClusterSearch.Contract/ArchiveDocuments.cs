using ClusterSearch.Archive;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Contract;

public sealed record FileFaultDocument(string Path, string Code, string Message)
{
    public static IReadOnlyList<FileFaultDocument> From(IReadOnlyList<FileFailure> faults) =>
        [.. faults.Select(f => new FileFaultDocument(f.Path, f.Code, f.Message))];
}

/// <param name="Total">Planned in the encoding.</param>
/// <param name="WithoutPlan">Known to the archive, but never planned in the encoding.</param>
public sealed record VideoCountsDocument(int Total, int Searchable, int Partial, int Ingesting, int Failed, int WithoutPlan)
{
    public static VideoCountsDocument From(LedgerStatus l, int withoutPlan) =>
        new(l.Videos, l.SearchableVideos, l.PartialVideos, l.IngestingVideos, l.FailedVideos, withoutPlan);
}

public sealed record ChunkCountsDocument(int Pending, int Leased, int Embedded, int Indexed, int Quarantined)
{
    public static ChunkCountsDocument From(IReadOnlyDictionary<ChunkState, int> chunks) => new(
        chunks.GetValueOrDefault(ChunkState.Pending), chunks.GetValueOrDefault(ChunkState.Leased),
        chunks.GetValueOrDefault(ChunkState.Embedded), chunks.GetValueOrDefault(ChunkState.Indexed),
        chunks.GetValueOrDefault(ChunkState.Quarantined));
}

public sealed record RemovedDocument(string VideoId) : Document;

/// <param name="VideoId">Null for all videos.</param>
/// <param name="Chunks">How many became pending.</param>
public sealed record RetryDocument(string? VideoId, int Chunks) : Document;
