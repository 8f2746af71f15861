using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Postgres.Ledger;

/// <summary>An encoding's totals; videos that are not planned in it are not counted. One statement: all of it is one state.</summary>
internal static class LedgerCounts
{
    private const double MicrosecondsPerSecond = 1e6;

    private const string Wanted = "coalesce($1, (SELECT id FROM encoding WHERE is_active))";

    public static async Task<LedgerStatus> StatusAsync(PostgresSession session, string? encodingId) => (await session.FirstAsync($"""
        WITH wanted AS (SELECT {Wanted} AS id), few AS (
            SELECT count(*) FILTER (WHERE c.state = 1) AS leased, count(*) FILTER (WHERE c.state = 0) AS delayed
            FROM (SELECT plan, state FROM chunk WHERE state = 1 UNION ALL SELECT plan, state FROM chunk WHERE not_before IS NOT NULL) AS c
            JOIN plan AS p ON p.number = c.plan JOIN wanted ON p.encoding = wanted.id)
        SELECT coalesce(sum(t.chunks - t.embedded - t.indexed - t.quarantined), 0)::bigint, few.leased, few.delayed,
            coalesce(sum(t.embedded), 0)::bigint, coalesce(sum(t.indexed), 0)::bigint, coalesce(sum(t.quarantined), 0)::bigint, coalesce(sum(t.videos), 0)::bigint,
            coalesce(sum(t.searchable), 0)::bigint, coalesce(sum(t.partial), 0)::bigint, coalesce(sum(t.ingesting), 0)::bigint, coalesce(sum(t.failed), 0)::bigint,
            coalesce(sum(t.indexed_samples), 0)::bigint, coalesce(sum(t.missing_samples), 0)::bigint, coalesce(sum(t.duration_us), 0)::bigint, coalesce(sum(t.takeovers), 0)::bigint
        FROM few LEFT JOIN encoding_totals AS t ON t.encoding = (SELECT id FROM wanted)
        GROUP BY few.leased, few.delayed
        """,
        row => new LedgerStatus
        {
            Chunks = new Dictionary<ChunkState, int>
            {
                [ChunkState.Pending] = (int)(row.GetInt64(0) - row.GetInt64(1)),
                [ChunkState.Leased] = (int)row.GetInt64(1),
                [ChunkState.Embedded] = (int)row.GetInt64(3),
                [ChunkState.Indexed] = (int)row.GetInt64(4),
                [ChunkState.Quarantined] = (int)row.GetInt64(5),
            },
            WaitingChunks = (int)row.GetInt64(2),
            Videos = (int)row.GetInt64(6),
            SearchableVideos = (int)row.GetInt64(7),
            PartialVideos = (int)row.GetInt64(8),
            IngestingVideos = (int)row.GetInt64(9),
            FailedVideos = (int)row.GetInt64(10),
            Samples = row.GetInt64(11),
            MissingSamples = row.GetInt64(12),
            Seconds = row.GetInt64(13) / MicrosecondsPerSecond,
            Takeovers = row.GetInt64(14),
        }, encodingId))!;

    public static async Task<Dictionary<string, int>> QuarantinedAsync(PostgresSession session, string? encodingId) => (await session.ListAsync($"""
        SELECT failure_code, count(*) FROM chunk JOIN plan ON plan.number = chunk.plan
        WHERE chunk.state = 4 AND plan.encoding = {Wanted} GROUP BY failure_code
        """,
        row => (Code: row.GetString(0), Chunks: (int)row.GetInt64(1)), encodingId))
        .ToDictionary(entry => entry.Code, entry => entry.Chunks, StringComparer.Ordinal);
}
