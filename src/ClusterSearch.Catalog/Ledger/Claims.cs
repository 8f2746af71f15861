using System.Security.Cryptography;
using ClusterSearch.Catalog.Storage;
using ClusterSearch.Catalog.Videos;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Ledger;

/// <summary>
/// Which chunk is worked on next. The write lock is held from the first look on, so two claims never see one chunk free.
/// <para>
/// Plans with pending chunks lie in an index in the order of fairness (leased chunks, then planning order), so the best
/// of them is its first entry that may be taken. That order counts lapsed leases too, which nobody holds: plans that have
/// some, few at any time, are looked at apart with their true count, and the better of the two wins.
/// </para>
/// </summary>
internal static class Claims
{
    // Up to here the wanted videos are looked up one by one. More of them are soon met in the order of fairness, where
    // naming them all to the database would cost more than the claim.
    private const int FewVideos = 64;

    // Finished chunks decide which encoder a video belongs to; before there are any, the leases that still run do.
    private const string Eligible = $"""
        ($mixing OR (
            NOT EXISTS (SELECT 1 FROM plan_encoder WHERE plan_encoder.plan = p.number AND plan_encoder.fingerprint <> $fingerprint)
            AND (p.leased = 0 OR NOT EXISTS (
                SELECT 1 FROM chunk AS running INDEXED BY chunk_leased
                WHERE running.plan = p.number AND running.state = 1 AND running.lease_until > $now AND running.fingerprint <> $fingerprint))))
        AND {FailureRows.VideoIsNotFailed}
        """;

    private const string PlansWithPending = $"""
        SELECT p.number, p.video, p.leased FROM plan AS p INDEXED BY plan_to_claim
        WHERE p.encoding = $encoding AND p.pending > 0 AND {Eligible}
        ORDER BY p.leased, p.number
        """;

    private const string PlansWithPendingAmong = $"""
        SELECT p.number, p.video, p.leased FROM plan AS p INDEXED BY plan_by_video
        WHERE p.encoding = $encoding AND p.video IN (SELECT value FROM json_each($videos)) AND p.pending > 0 AND {Eligible}
        ORDER BY p.leased, p.number
        """;

    private const string PlansWithLapsed = $"""
        SELECT p.number, p.video, p.leased - count(*) AS running
        FROM chunk AS lapsed INDEXED BY chunk_leased CROSS JOIN plan AS p ON p.number = lapsed.plan
        WHERE lapsed.state = 1 AND lapsed.lease_until <= $now AND p.encoding = $encoding AND {Eligible}
        GROUP BY p.number
        ORDER BY running, p.number
        """;

    private const string LeaseFirstFree = """
        UPDATE chunk SET state = 1, token = $token, lease_until = $now + $duration, fingerprint = $fingerprint, mixing_allowed = $mixing, worker = $worker
        WHERE plan = $plan AND chunk_index = (SELECT min(free) FROM (
            SELECT min(chunk_index) AS free FROM chunk INDEXED BY chunk_pending WHERE plan = $plan AND state = 0
            UNION ALL
            SELECT min(chunk_index) FROM chunk INDEXED BY chunk_leased WHERE plan = $plan AND state = 1 AND lease_until <= $now))
        RETURNING chunk_index, first_sample, end_sample, attempts
        """;

    public static ChunkLease? Claim(Session session, ClaimRequest request)
    {
        var now = session.NowMilliseconds();
        var pending = BestPlan(session, request.Videos?.Count <= FewVideos ? PlansWithPendingAmong : PlansWithPending, request, now);
        var lapsed = BestPlan(session, PlansWithLapsed, request, now);
        var best = (pending, lapsed) switch
        {
            (null, _) => lapsed,
            (_, null) => pending,
            _ => lapsed.Order.CompareTo(pending.Order) <= 0 ? lapsed : pending,
        };
        if (best is null) return null;

        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return session.First(LeaseFirstFree,
            row => new ChunkLease(best.Video, request.EncodingId,
                new Chunk(row.Int32(0), new SampleRange(row.Int64(1), row.Int64(2))), token, row.Int32(3), request.LeaseDuration),
            ("$plan", best.Number), ("$token", token), ("$now", now), ("$duration", Leases.Milliseconds(request.LeaseDuration)),
            ("$fingerprint", request.EncoderFingerprint), ("$mixing", request.AllowMixedEncoders), ("$worker", request.Worker));
    }

    private static Candidate? BestPlan(Session session, string sql, ClaimRequest request, long now) => session.FirstWhere(sql,
        row => new Candidate(row.Int64(0), VideoId.Parse(row.Text(1)), row.Int32(2)),
        candidate => request.Videos?.Contains(candidate.Video) ?? true,
        [("$encoding", request.EncodingId), ("$fingerprint", request.EncoderFingerprint), ("$mixing", request.AllowMixedEncoders), ("$now", now),
            .. sql == PlansWithPendingAmong ? Among(request.Videos!) : []]);

    // Hexadecimal digits: nothing to escape.
    private static (string, object?)[] Among(IReadOnlySet<VideoId> videos) =>
        [("$videos", $"[{string.Join(',', videos.Select(video => $"\"{video.Value}\""))}]")];

    private sealed record Candidate(long Number, VideoId Video, int RunningLeases)
    {
        public (int, long) Order => (RunningLeases, Number);
    }
}
