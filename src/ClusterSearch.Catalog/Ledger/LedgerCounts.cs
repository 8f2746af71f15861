using ClusterSearch.Catalog.Encodings;
using ClusterSearch.Catalog.Storage;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Ledger;

/// <summary>An encoding's totals; videos that are not planned in it are not counted.</summary>
internal static class LedgerCounts
{
    private const double MicrosecondsPerSecond = 1e6;

    public static LedgerStatus Status(Session session, string? encodingId) => session.First("""
        SELECT pending, leased, embedded, indexed, quarantined, videos, searchable, partial, ingesting, failed,
            indexed_samples, missing_samples, duration_us
        FROM encoding_totals WHERE encoding = $encoding
        """,
        row => new LedgerStatus
        {
            Chunks = new Dictionary<ChunkState, int>
            {
                [ChunkState.Pending] = row.GetInt32(0),
                [ChunkState.Leased] = row.GetInt32(1),
                [ChunkState.Embedded] = row.GetInt32(2),
                [ChunkState.Indexed] = row.GetInt32(3),
                [ChunkState.Quarantined] = row.GetInt32(4),
            },
            Videos = row.GetInt32(5),
            SearchableVideos = row.GetInt32(6),
            PartialVideos = row.GetInt32(7),
            IngestingVideos = row.GetInt32(8),
            FailedVideos = row.GetInt32(9),
            Samples = row.GetInt64(10),
            MissingSamples = row.GetInt64(11),
            Seconds = row.GetInt64(12) / MicrosecondsPerSecond,
        },
        ("$encoding", encodingId ?? EncodingRows.ActiveId(session))) ?? Nothing;

    private static LedgerStatus Nothing { get; } = new()
    {
        Chunks = Enum.GetValues<ChunkState>().ToDictionary(state => state, _ => 0),
        Videos = 0,
        SearchableVideos = 0,
        PartialVideos = 0,
        IngestingVideos = 0,
        FailedVideos = 0,
        Samples = 0,
        MissingSamples = 0,
        Seconds = 0,
    };
}
