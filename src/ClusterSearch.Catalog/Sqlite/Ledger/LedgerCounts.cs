using ClusterSearch.Catalog.Sqlite.Encodings;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Sqlite.Ledger;

/// <summary>An encoding's totals; videos that are not planned in it are not counted.</summary>
internal static class LedgerCounts
{
    private const double MicrosecondsPerSecond = 1e6;

    public static LedgerStatus Status(Session session, string? encodingId) => session.First("""
        SELECT pending, leased, embedded, indexed, quarantined, videos, searchable, partial, ingesting, failed,
            indexed_samples, missing_samples, duration_us, delayed, takeovers
        FROM encoding_totals WHERE encoding = $encoding
        """,
        row => new LedgerStatus
        {
            Chunks = new Dictionary<ChunkState, int>
            {
                [ChunkState.Pending] = row.Int32(0),
                [ChunkState.Leased] = row.Int32(1),
                [ChunkState.Embedded] = row.Int32(2),
                [ChunkState.Indexed] = row.Int32(3),
                [ChunkState.Quarantined] = row.Int32(4),
            },
            Videos = row.Int32(5),
            SearchableVideos = row.Int32(6),
            PartialVideos = row.Int32(7),
            IngestingVideos = row.Int32(8),
            FailedVideos = row.Int32(9),
            Samples = row.Int64(10),
            MissingSamples = row.Int64(11),
            Seconds = row.Int64(12) / MicrosecondsPerSecond,
            WaitingChunks = row.Int32(13),
            Takeovers = row.Int64(14),
        },
        ("$encoding", encodingId ?? EncodingRows.ActiveId(session))) ?? Nothing;

    public static Dictionary<string, int> Quarantined(Session session, string? encodingId) => session.List("""
        SELECT failure_code, count(*) FROM chunk INDEXED BY chunk_quarantined JOIN plan ON plan.number = chunk.plan
        WHERE chunk.state = 4 AND plan.encoding = $encoding GROUP BY failure_code
        """,
        row => (Code: row.Text(0), Chunks: row.Int32(1)), ("$encoding", encodingId ?? EncodingRows.ActiveId(session)))
        .ToDictionary(entry => entry.Code, entry => entry.Chunks, StringComparer.Ordinal);

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
