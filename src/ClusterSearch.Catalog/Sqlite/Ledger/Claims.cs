using System.Security.Cryptography;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Catalog.Sqlite.Videos;
using ClusterSearch.Catalog.Sqlite.Workers;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Sqlite.Ledger;

/// <summary>
/// Which chunk is worked on next. The write lock is held from the first look on, so two claims never see one chunk free.
/// <para>
/// Plans with chunks that are ready lie in an index in the order that is asked for, so the best of them is its first entry
/// that may be taken. That order counts lapsed leases too, which nobody holds: plans that have some, few at any time, are
/// looked at apart with their true count, and the better of the two wins. Chunks whose back-off is over are made ready first.
/// </para>
/// </summary>
internal static class Claims
{
    // Up to here the wanted videos are looked up one by one. More of them are soon met in the order of the index, where
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

    private const string MakeReady = "UPDATE chunk SET not_before = NULL WHERE not_before IS NOT NULL AND not_before <= $now";

    private const string Ready = $"""
        SELECT p.number, p.video, p.priority, p.leased, p.untouched FROM plan AS p
        INDEXED BY plan_to_claim_fairly WHERE p.encoding = $encoding AND p.pending > p.delayed AND {Eligible}
        ORDER BY p.priority DESC, p.leased, p.number
        """;

    private const string ReadyToFinish = $"""
        SELECT p.number, p.video, p.priority, p.leased, p.untouched FROM plan AS p
        INDEXED BY plan_to_finish WHERE p.encoding = $encoding AND p.pending > p.delayed AND {Eligible}
        ORDER BY p.priority DESC, p.untouched, p.number
        """;

    private const string ReadyAmong = $"""
        SELECT p.number, p.video, p.priority, p.leased, p.untouched FROM plan AS p
        INDEXED BY plan_by_video WHERE p.encoding = $encoding AND p.video IN (SELECT value FROM json_each($videos)) AND p.pending > p.delayed AND {Eligible}
        """;

    private const string Lapsed = $"""
        SELECT p.number, p.video, p.priority, p.leased - count(*), p.untouched
        FROM chunk AS lapsed INDEXED BY chunk_leased CROSS JOIN plan AS p ON p.number = lapsed.plan
        WHERE lapsed.state = 1 AND lapsed.lease_until <= $now AND p.encoding = $encoding AND {Eligible}
        GROUP BY p.number
        """;

    private const string FirstFree = """
        SELECT chunk_index, first_sample, end_sample, attempts, state = 1, lapses, crashes FROM chunk
        WHERE plan = $plan AND chunk_index = (SELECT min(free) FROM (
            SELECT min(chunk_index) AS free FROM chunk INDEXED BY chunk_ready WHERE plan = $plan AND state = 0 AND not_before IS NULL
            UNION ALL
            SELECT min(chunk_index) FROM chunk INDEXED BY chunk_leased WHERE plan = $plan AND state = 1 AND lease_until <= $now))
        """;

    public static ChunkLease? Claim(Session session, ClaimRequest request)
    {
        if (Pause.IsSet(session)) return null;
        var now = session.NowMilliseconds();
        session.Execute(MakeReady, ("$now", now));
        while (BestPlan(session, request, now) is { } plan)
        {
            var chunk = session.First(FirstFree,
                row => new Free(new Chunk(row.Int32(0), new SampleRange(row.Int64(1), row.Int64(2))), row.Int32(3), row.Bool(4), row.Int32(5), row.Int32(6)),
                ("$plan", plan.Number), ("$now", now))!;
            // Each time one chunk fewer is free, so this ends.
            if (chunk.HasLapsed && Leases.Lapse(session, plan.Number, chunk.Chunk.Index, chunk.Lapses + 1)) continue;
            return Lease(session, request, plan, chunk, now);
        }
        return null;
    }

    private static ChunkLease Lease(Session session, ClaimRequest request, Candidate plan, Free chunk, long now)
    {
        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        session.Execute("""
            UPDATE chunk SET state = 1, token = $token, lease_until = $until, fingerprint = $fingerprint, mixing_allowed = $mixing, worker = $worker
            WHERE plan = $plan AND chunk_index = $index
            """,
            ("$plan", plan.Number), ("$index", chunk.Chunk.Index), ("$token", token), ("$until", now + Leases.Milliseconds(request.LeaseDuration)),
            ("$fingerprint", request.EncoderFingerprint), ("$mixing", request.AllowMixedEncoders), ("$worker", request.Worker));
        return new ChunkLease(plan.Video, request.EncodingId, chunk.Chunk, token, chunk.Attempts, request.LeaseDuration)
        {
            IsSuspect = chunk.Crashes > 0,
            Lapses = chunk.Lapses + (chunk.HasLapsed ? 1 : 0),
        };
    }

    private static Candidate? BestPlan(Session session, ClaimRequest request, long now)
    {
        (string, object?)[] parameters =
            [("$encoding", request.EncodingId), ("$fingerprint", request.EncoderFingerprint), ("$mixing", request.AllowMixedEncoders), ("$now", now)];
        bool IsWanted(Candidate candidate) => request.Videos?.Contains(candidate.Video) ?? true;
        var candidates = session.List(Lapsed, Read, parameters).Where(IsWanted);
        if (request.Videos?.Count <= FewVideos)
            candidates = candidates.Concat(session.List(ReadyAmong, Read, [.. parameters, ("$videos", Json(request.Videos))]));
        else if (session.FirstWhere(request.Order == ClaimOrder.Fair ? Ready : ReadyToFinish, Read, IsWanted, parameters) is { } ready)
            candidates = candidates.Append(ready);
        return request.Order == ClaimOrder.Fair ? candidates.MinBy(candidate => candidate.Fair) : candidates.MinBy(candidate => candidate.EarliestSearchable);
    }

    private static Candidate Read(Row row) => new(row.Int64(0), VideoId.Parse(row.Text(1)), row.Int32(2), row.Int32(3), row.Bool(4));

    // Hexadecimal digits: nothing to escape.
    private static string Json(IReadOnlySet<VideoId> videos) => $"[{string.Join(',', videos.Select(video => $"\"{video.Value}\""))}]";

    /// <summary>A plan with a chunk that is free. Ordered: the least comes first.</summary>
    private sealed record Candidate(long Number, VideoId Video, int Priority, int RunningLeases, bool IsUntouched)
    {
        // Negated as a wider number: the lowest priority has no counterpart.
        public (long, int, long) Fair => (-(long)Priority, RunningLeases, Number);

        public (long, bool, long) EarliestSearchable => (-(long)Priority, IsUntouched, Number);
    }

    private sealed record Free(Chunk Chunk, int Attempts, bool HasLapsed, int Lapses, int Crashes);
}
