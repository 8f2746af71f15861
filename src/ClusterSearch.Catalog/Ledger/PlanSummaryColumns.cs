using ClusterSearch.Catalog.Rows;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Ledger;

/// <summary>How far a video is, as its plan's row counts it.</summary>
internal static class PlanSummaryColumns
{
    /// <summary>Behind these comes the fingerprint of the one encoder, which each database finds in its own way.</summary>
    public const string Common = "video, planned_samples, embedded_samples, pending, leased, embedded, indexed, quarantined, priority";

    public static VideoPlanSummary Read<TRow>(TRow row) where TRow : struct, IRow => new(VideoId.Parse(row.Text(0)), row.Int64(1), row.Int64(2),
        new Dictionary<ChunkState, int>
        {
            [ChunkState.Pending] = row.Int32(3),
            [ChunkState.Leased] = row.Int32(4),
            [ChunkState.Embedded] = row.Int32(5),
            [ChunkState.Indexed] = row.Int32(6),
            [ChunkState.Quarantined] = row.Int32(7),
        })
    { Priority = row.Int32(8), EncoderFingerprint = row.TextOrNull(9) };
}
