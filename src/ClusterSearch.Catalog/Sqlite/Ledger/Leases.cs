using ClusterSearch.Catalog.Ledger;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Sqlite.Ledger;

/// <summary>
/// What the holder of a lease may do. Every statement is guarded by the token: the row moves if it is still this
/// lease's, and otherwise nothing happens. That its time has run out does not matter as long as nobody else took it.
/// </summary>
internal static class Leases
{
    private const string HeldChunk = $"plan = {Plans.NumberOf} AND chunk_index = $index AND state = 1 AND token = $token";

    /// <summary>What a chunk without a lease and without a result has not.</summary>
    public const string NotHeld = "token = NULL, lease_until = NULL, fingerprint = NULL, mixing_allowed = NULL, worker = NULL";

    public static bool Renew(Session session, ChunkLease lease, TimeSpan duration) => session.Execute(
        $"UPDATE chunk SET lease_until = $until WHERE {HeldChunk}",
        [.. Key(lease), ("$until", session.NowMilliseconds() + Milliseconds(duration))]) > 0;

    public static bool Commit(Session session, ChunkLease lease, ChunkResult result)
    {
        // Under an encoder that the video's finished chunks were not made by the result does not count either: it was
        // claimed before they were finished, and the lease lapsed while another encoder's worker took over the video.
        var committed = session.Execute($"""
            UPDATE chunk SET state = 2, lease_until = NULL, fingerprint = $fingerprint, lapses = 0, crashes = 0,
                failure_code = NULL, failure_message = NULL, vector_bytes = $bytes, vector_sha256 = $sha256, sample_count = $samples, missing_samples = $missing, warning = $warning
            WHERE {HeldChunk} AND (mixing_allowed OR NOT EXISTS (
                SELECT 1 FROM plan_encoder WHERE plan_encoder.plan = chunk.plan AND plan_encoder.fingerprint <> $fingerprint))
            """,
            [.. Key(lease), ("$fingerprint", result.EncoderFingerprint), ("$bytes", result.Receipt.ByteCount), ("$sha256", result.Receipt.Sha256),
                ("$samples", result.SampleCount), ("$missing", result.MissingSamples), ("$warning", result.Warning)]) > 0;
        return committed || session.Exists(
            $"SELECT 1 FROM chunk WHERE plan = {Plans.NumberOf} AND chunk_index = $index AND state IN (2, 3) AND token = $token", Key(lease));
    }

    public static bool Release(Session session, ChunkLease lease) =>
        session.Execute($"UPDATE chunk SET state = 0, {NotHeld} WHERE {HeldChunk}", Key(lease)) > 0;

    public static bool Fail(Session session, ChunkLease lease, Failure failure, bool permanent, TimeSpan retryAfter) => session.Execute($"""
        UPDATE chunk SET state = CASE WHEN $permanent OR attempts + 1 >= $maximum THEN 4 ELSE 0 END, attempts = attempts + 1, {NotHeld},
            not_before = CASE WHEN $permanent OR attempts + 1 >= $maximum THEN NULL ELSE $retry END, failure_code = $code, failure_message = $message
        WHERE {HeldChunk}
        """,
        [.. Key(lease), ("$permanent", permanent), .. Attempt(session, failure, retryAfter)]) > 0;

    public static int FailWorker(Session session, string worker, Failure failure, TimeSpan retryAfter) => session.Execute($"""
        UPDATE chunk SET state = CASE WHEN attempts + 1 >= $maximum THEN 4 ELSE 0 END, attempts = attempts + 1, crashes = crashes + 1, {NotHeld},
            not_before = CASE WHEN attempts + 1 >= $maximum THEN NULL ELSE $retry END, failure_code = $code, failure_message = $message
        WHERE (plan, chunk_index) IN (
            SELECT plan, chunk_index FROM chunk INDEXED BY chunk_leased
            WHERE state = 1 AND (worker = $process OR substr(worker, 1, length($process) + 1) = $process || '/'))
        """,
        [("$process", WorkerName.ProcessOf(worker)), .. Attempt(session, failure, retryAfter)]);

    public static int FreeAll(Session session)
    {
        var leased = session.List("SELECT plan, chunk_index, lapses FROM chunk INDEXED BY chunk_leased WHERE state = 1",
            row => (Plan: row.Int64(0), Index: row.Int32(1), Lapses: row.Int32(2)));
        foreach (var chunk in leased)
            if (!Lapse(session, chunk.Plan, chunk.Index, chunk.Lapses + 1))
                session.Execute($"UPDATE chunk SET state = 0, {NotHeld} WHERE plan = $plan AND chunk_index = $index", ("$plan", chunk.Plan), ("$index", chunk.Index));
        return leased.Count;
    }

    /// <summary>Counts that a leased chunk's worker was lost, and quarantines the chunk when that happened too often.</summary>
    /// <returns>Whether it is quarantined.</returns>
    public static bool Lapse(Session session, long plan, int chunkIndex, int lapses)
    {
        if (lapses < ClaimRequest.MaximumLapses)
        {
            session.Execute("UPDATE chunk SET lapses = $lapses WHERE plan = $plan AND chunk_index = $index", ("$plan", plan), ("$index", chunkIndex), ("$lapses", lapses));
            return false;
        }
        session.Execute($"""
            UPDATE chunk SET state = 4, lapses = $lapses, {NotHeld}, failure_code = $code, failure_message = $message
            WHERE plan = $plan AND chunk_index = $index
            """,
            ("$plan", plan), ("$index", chunkIndex), ("$lapses", lapses), ("$code", ErrorCodes.WorkerLost), ("$message", LostMessage(lapses)));
        return true;
    }

    /// <summary>Why a chunk is quarantined whose leases lapsed too often.</summary>
    public static string LostMessage(int lapses) => $"its worker was lost {lapses} times while working on it";

    public static long Milliseconds(TimeSpan duration) => (long)duration.TotalMilliseconds;

    private static (string, object?)[] Key(ChunkLease lease) =>
        [("$video", lease.Video.Value), ("$encoding", lease.EncodingId), ("$index", lease.Chunk.Index), ("$token", lease.Token)];

    private static (string, object?)[] Attempt(Session session, Failure failure, TimeSpan retryAfter) =>
    [
        ("$maximum", ClaimRequest.MaximumAttempts), ("$code", failure.Code), ("$message", failure.Message),
        ("$retry", retryAfter > TimeSpan.Zero ? session.NowMilliseconds() + Milliseconds(retryAfter) : null),
    ];
}
