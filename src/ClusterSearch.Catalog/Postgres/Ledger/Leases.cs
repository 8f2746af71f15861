using System.Security.Cryptography;
using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Postgres.Ledger;

/// <summary>
/// Leases and what their holders may do. Every statement is guarded by the token: the row moves if it is still this
/// lease's, and otherwise nothing happens. The plan is locked before its chunk, as a claim does it.
/// </summary>
internal static class Leases
{
    /// <summary>What a chunk without a lease and without a result has not.</summary>
    public const string NotHeld = "token = NULL, lease_until = NULL, fingerprint = NULL, mixing_allowed = NULL, worker = NULL";

    // Whoever holds a lease loses power with the server, or asks again: waiting for the disk would buy nothing.
    private const string NotSynced = "(SELECT set_config('synchronous_commit', 'off', true)) AS not_synced";

    private const string LockedPlan = "WITH p AS (SELECT number, encoder, is_mixed FROM plan WHERE encoding = $1 AND video = $2 FOR NO KEY UPDATE)";

    private const string HeldChunk = "chunk.plan = p.number AND chunk.chunk_index = $3 AND chunk.state = 1 AND chunk.token = $4";

    public static string NewToken() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    public static Task<ChunkLease?> ClaimAsync(PostgresSession session, ClaimRequest request, string token) => session.FirstAsync(
        "SELECT its_video, its_index, its_first, its_end, its_attempts, its_lapses, its_crashes FROM claim_chunk($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        row => new ChunkLease(VideoId.Parse(row.GetString(0)), request.EncodingId,
            new Chunk(row.GetInt32(1), new SampleRange(row.GetInt64(2), row.GetInt64(3))), token, row.GetInt32(4), request.LeaseDuration)
        {
            Lapses = row.GetInt32(5),
            IsSuspect = row.GetInt32(6) > 0,
        },
        request.EncodingId, request.EncoderFingerprint, request.AllowMixedEncoders, request.Order == ClaimOrder.Fair,
        request.Videos?.Select(video => video.Value).ToArray(), token, request.Worker, request.LeaseDuration, session.ClockOffset,
        ClaimRequest.MaximumLapses, session.IsRepeated);

    /// <summary>Gives back what was claimed under these tokens by calls whose answers never came.</summary>
    public static Task<int> ReleaseUnansweredAsync(PostgresSession session, string[] tokens) => session.ExecuteAsync(
        $"UPDATE chunk SET state = 0, {NotHeld} WHERE state = 1 AND token = ANY ($1)", (object)tokens);

    public static async Task<bool> RenewAsync(PostgresSession session, ChunkLease lease, TimeSpan duration) => await session.ExecuteAsync($"""
        UPDATE chunk SET lease_until = clock_timestamp() + $5 + $6 FROM plan AS p, {NotSynced}
        WHERE p.encoding = $1 AND p.video = $2 AND {HeldChunk}
        """,
        lease.EncodingId, lease.Video.Value, lease.Chunk.Index, lease.Token, duration, session.ClockOffset) > 0;

    public static async Task<bool> CommitAsync(PostgresSession session, ChunkLease lease, ChunkResult result)
    {
        // Under an encoder that the video's finished chunks were not made by the result does not count either: it was
        // claimed before they were finished, and the lease lapsed while another encoder's worker took over the video.
        var committed = await session.ExecuteAsync($"""
            {LockedPlan}
            UPDATE chunk SET state = 2, lease_until = NULL, fingerprint = $5, lapses = 0, crashes = 0, failure_code = NULL, failure_message = NULL,
                vector_bytes = $6, vector_sha256 = $7, sample_count = $8, missing_samples = $9, warning = $10
            FROM p WHERE {HeldChunk} AND (chunk.mixing_allowed OR (NOT p.is_mixed AND coalesce(p.encoder = $5, true)))
            """,
            lease.EncodingId, lease.Video.Value, lease.Chunk.Index, lease.Token, result.EncoderFingerprint,
            result.Receipt.ByteCount, result.Receipt.Sha256, result.SampleCount, result.MissingSamples, result.Warning) > 0;
        return committed || await session.ExistsAsync("""
            SELECT 1 FROM chunk JOIN plan AS p ON p.number = chunk.plan
            WHERE p.encoding = $1 AND p.video = $2 AND chunk_index = $3 AND state IN (2, 3) AND token = $4
            """, lease.EncodingId, lease.Video.Value, lease.Chunk.Index, lease.Token);
    }

    public static async Task<bool> ReleaseAsync(PostgresSession session, ChunkLease lease) => await session.ExecuteAsync($"""
        {LockedPlan}
        UPDATE chunk SET state = 0, {NotHeld} FROM p, {NotSynced} WHERE {HeldChunk}
        """,
        lease.EncodingId, lease.Video.Value, lease.Chunk.Index, lease.Token) > 0;

    public static async Task<bool> FailAsync(PostgresSession session, ChunkLease lease, Failure failure, bool permanent, TimeSpan retryAfter) => await session.ExecuteAsync($"""
        {LockedPlan}
        UPDATE chunk SET state = CASE WHEN $5 OR attempts + 1 >= $6 THEN 4 ELSE 0 END, attempts = attempts + 1, {NotHeld},
            not_before = CASE WHEN $5 OR attempts + 1 >= $6 OR $7 <= interval '0' THEN NULL ELSE clock_timestamp() + $7 + $8 END,
            failure_code = $9, failure_message = $10
        FROM p WHERE {HeldChunk}
        """,
        lease.EncodingId, lease.Video.Value, lease.Chunk.Index, lease.Token, permanent, ClaimRequest.MaximumAttempts, retryAfter, session.ClockOffset,
        failure.Code, failure.Message) > 0;

    public static Task<int> FailWorkerAsync(PostgresSession session, string worker, Failure failure, TimeSpan retryAfter) => session.ExecuteAsync($"""
        UPDATE chunk SET state = CASE WHEN attempts + 1 >= $2 THEN 4 ELSE 0 END, attempts = attempts + 1, crashes = crashes + 1, {NotHeld},
            not_before = CASE WHEN attempts + 1 >= $2 OR $3 <= interval '0' THEN NULL ELSE clock_timestamp() + $3 + $4 END,
            failure_code = $5, failure_message = $6
        WHERE state = 1 AND (worker = $1 OR starts_with(worker, $1 || '/'))
        """,
        WorkerName.ProcessOf(worker), ClaimRequest.MaximumAttempts, retryAfter, session.ClockOffset, failure.Code, failure.Message);

    public static Task<int> FreeAllAsync(PostgresSession session) => session.ExecuteAsync($"""
        UPDATE chunk SET state = CASE WHEN lapses + 1 >= $1 THEN 4 ELSE 0 END, lapses = lapses + 1, {NotHeld},
            failure_code = CASE WHEN lapses + 1 >= $1 THEN 'worker.lost' ELSE failure_code END,
            failure_message = CASE WHEN lapses + 1 >= $1 THEN lost_message(lapses + 1) ELSE failure_message END
        WHERE state = 1
        """, ClaimRequest.MaximumLapses);
}
