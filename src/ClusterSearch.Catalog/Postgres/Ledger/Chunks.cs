using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Catalog.Postgres.Videos;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using Npgsql;

namespace ClusterSearch.Catalog.Postgres.Ledger;

/// <summary>What happens to chunks that nobody holds: aggregation, lost vector files, another try.</summary>
internal static class Chunks
{
    private const string Fresh = """
        state = 0, attempts = 0, lapses = 0, crashes = 0, token = NULL, fingerprint = NULL, mixing_allowed = NULL, worker = NULL, warning = NULL,
        vector_bytes = NULL, vector_sha256 = NULL, sample_count = NULL, missing_samples = NULL, failure_code = NULL, failure_message = NULL
        """;

    private const string LockedPlan = "WITH p AS (SELECT number FROM plan WHERE encoding = $1 AND video = $2 FOR NO KEY UPDATE)";

    public static Task<List<ChunkRecord>> ListAsync(PostgresSession session, VideoId video, string encodingId) => session.ListAsync("""
        SELECT chunk_index, first_sample, end_sample, state, token, attempts, failure_code, failure_message,
            vector_bytes, vector_sha256, sample_count, missing_samples, fingerprint, warning, lapses, crashes
        FROM chunk WHERE plan = (SELECT number FROM plan WHERE encoding = $1 AND video = $2) ORDER BY chunk_index
        """, Read, encodingId, video.Value);

    public static Task MarkIndexedAsync(PostgresSession session, VideoId video, string encodingId, IReadOnlyList<int> chunkIndexes) => session.ExecuteAsync(
        $"{LockedPlan} UPDATE chunk SET state = 3 FROM p WHERE chunk.plan = p.number AND chunk_index = ANY ($3) AND state = 2",
        encodingId, video.Value, chunkIndexes.ToArray());

    public static async Task UnmarkIndexedAsync(PostgresSession session, VideoId? video, string encodingId)
    {
        if (video is { } one)
            await session.ExecuteAsync($"{LockedPlan} UPDATE chunk SET state = 2 FROM p WHERE chunk.plan = p.number AND state = 3", encodingId, one.Value);
        else
            await SweepAsync(session, encodingId, "UPDATE chunk SET state = 2 WHERE state = 3 AND plan IN (SELECT number FROM plan WHERE encoding = $1 AND indexed > 0)");
    }

    public static Task RequeueAsync(PostgresSession session, VideoId video, string encodingId, IReadOnlyList<int> chunkIndexes) => session.ExecuteAsync(
        $"{LockedPlan} UPDATE chunk SET {Fresh} FROM p WHERE chunk.plan = p.number AND chunk_index = ANY ($3) AND state IN (2, 3)",
        encodingId, video.Value, chunkIndexes.ToArray());

    public static async Task<int> RetryAsync(PostgresSession session, VideoId? video)
    {
        await Places.LockAsync(session);
        if (video is not { } one)
        {
            await FailureRows.ClearAllAsync(session);
            var retried = 0;
            foreach (var encoding in await session.ListAsync("SELECT id FROM encoding ORDER BY number", row => row.GetString(0)))
                retried += await SweepAsync(session, encoding, $"UPDATE chunk SET {Fresh} WHERE state = 4 AND plan IN (SELECT number FROM plan WHERE encoding = $1 AND quarantined > 0)");
            return retried;
        }
        await FailureRows.ClearOfAsync(session, one);
        return await session.ExecuteAsync($"""
            WITH p AS (SELECT number FROM plan WHERE video = $1 ORDER BY number FOR NO KEY UPDATE)
            UPDATE chunk SET {Fresh} FROM p WHERE chunk.plan = p.number AND state = 4
            """, one.Value);
    }

    /// <summary>Runs a change of a whole encoding's chunks, which is $1, counted once at its end.</summary>
    private static async Task<int> SweepAsync(PostgresSession session, string encodingId, string sql)
    {
        await session.ExistsAsync("SELECT begin_sweep($1)", encodingId);
        var changed = await session.ExecuteAsync(sql, encodingId);
        await session.ExistsAsync("SELECT end_sweep($1)", encodingId);
        return changed;
    }

    private static ChunkRecord Read(NpgsqlDataReader row) => new()
    {
        Chunk = new Chunk(row.GetInt32(0), new SampleRange(row.GetInt64(1), row.GetInt64(2))),
        State = (ChunkState)row.GetInt16(3),
        Token = row.TextOrNull(4),
        Attempts = row.GetInt32(5),
        Lapses = row.GetInt32(14),
        IsSuspect = row.GetInt32(15) > 0,
        Failure = row.TextOrNull(6) is { } code ? new Failure(code, row.GetString(7)) : null,
        Result = row.IsDBNull(8) ? null : new ChunkResult(
            new RawVectorReceipt(row.GetInt64(8), row.GetString(9)), row.GetInt64(10), row.GetInt64(11), row.GetString(12), row.TextOrNull(13)),
    };
}
