using ClusterSearch.Catalog.Encodings;
using ClusterSearch.Catalog.Storage;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Ledger;

/// <summary>Sums over the counters of an encoding's plans; the videos that have none are not in it.</summary>
internal static class LedgerCounts
{
    public static LedgerStatus Status(Session session, string? encodingId) => session.First("""
        SELECT
            coalesce(sum(pending), 0), coalesce(sum(leased), 0), coalesce(sum(embedded), 0), coalesce(sum(indexed), 0), coalesce(sum(quarantined), 0),
            count(*),
            coalesce(sum(indexed > 0 AND pending + leased + embedded + quarantined = 0), 0),
            coalesce(sum(indexed > 0 AND pending + leased + embedded = 0 AND quarantined > 0), 0),
            coalesce(sum(pending + leased + embedded > 0), 0),
            coalesce(sum(quarantined > 0 AND pending + leased + embedded + indexed = 0), 0),
            coalesce(sum(indexed_samples), 0), coalesce(sum(missing_samples), 0), coalesce(sum(duration_seconds), 0.0)
        FROM plan JOIN video ON video.id = plan.video
        WHERE encoding = $encoding
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
            Seconds = row.GetDouble(12),
        },
        // No active encoding: the id of no row, and all counts are zero.
        ("$encoding", encodingId ?? EncodingRows.ActiveId(session)))!;
}
