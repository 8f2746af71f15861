using ClusterSearch.Catalog.Ledger;
using ClusterSearch.Catalog.Sqlite.Encodings;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Catalog.Sqlite.Videos;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Sqlite.Ledger;

/// <summary>How videos are split. A plan is made once; it never changes but by growing at its end with its recording.</summary>
internal static class Plans
{
    /// <summary>SQL for the plan of a video in an encoding.</summary>
    public const string NumberOf = "(SELECT number FROM plan WHERE encoding = $encoding AND video = $video)";

    public static VideoPlan Plan(Session session, VideoId video, string encodingId, IReadOnlyList<Chunk> chunks, long[]? listedTicks, string? trace)
    {
        if (Find(session, video, encodingId) is { } existing) return existing;
        VideoRows.Require(session, video);
        EncodingRows.Require(session, encodingId);
        var number = session.First(
            "INSERT INTO plan (encoding, video, duration_us, planned_samples, trace) SELECT $encoding, id, duration_us, $samples, $trace FROM video WHERE id = $video RETURNING number",
            row => row.Int64(0),
            ("$encoding", encodingId), ("$video", video.Value), ("$samples", chunks.Sum(chunk => chunk.Samples.Count)), ("$trace", trace));
        AddChunks(session, number, chunks);
        PutTicks(session, number, listedTicks);
        return new VideoPlan(video, encodingId, [.. chunks], listedTicks) { Trace = trace };
    }

    public static VideoPlan Extend(Session session, VideoId video, string encodingId, IReadOnlyList<Chunk> chunks, long[]? listedTicks)
    {
        var plan = Find(session, video, encodingId)
            ?? throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"video {video} has no plan in encoding {encodingId} that could be extended; plan it first");
        var added = PlanGrowth.Of(plan, chunks);
        var number = session.First($"SELECT {NumberOf}", row => row.Int64(0), ("$video", video.Value), ("$encoding", encodingId));
        if (added.Count > 0)
        {
            AddChunks(session, number, added);
            session.Execute("UPDATE plan SET planned_samples = planned_samples + $samples WHERE number = $plan",
                ("$plan", number), ("$samples", added.Sum(chunk => chunk.Samples.Count)));
        }
        PutTicks(session, number, listedTicks);
        return plan with { Chunks = [.. plan.Chunks, .. added], ListedTicks = listedTicks ?? plan.ListedTicks };
    }

    public static void SetPriority(Session session, VideoId video, int priority) => session.Execute(
        "UPDATE plan SET priority = $priority WHERE video = $video AND priority <> $priority", ("$video", video.Value), ("$priority", priority));

    public static VideoPlan? Find(Session session, VideoId video, string encodingId)
    {
        if (session.First<(long Number, string? Trace)?>("SELECT number, trace FROM plan WHERE encoding = $encoding AND video = $video",
            row => (row.Int64(0), row.IsNull(1) ? null : row.Text(1)), ("$encoding", encodingId), ("$video", video.Value)) is not var (number, trace)) return null;
        var chunks = session.List("SELECT chunk_index, first_sample, end_sample FROM chunk WHERE plan = $plan ORDER BY chunk_index",
            row => new Chunk(row.Int32(0), new SampleRange(row.Int64(1), row.Int64(2))), ("$plan", number));
        var ticks = session.First("SELECT ticks FROM plan_ticks WHERE plan = $plan",
            row => TickBytes.Read(row.Bytes(0)), ("$plan", number));
        return new VideoPlan(video, encodingId, chunks, ticks) { Trace = trace };
    }

    public static List<VideoPlanSummary> List(Session session, string encodingId) => session.List($"""
        SELECT {PlanSummaryColumns.Common}, (SELECT CASE WHEN count(*) = 1 THEN min(fingerprint) END FROM plan_encoder WHERE plan_encoder.plan = plan.number)
        FROM plan WHERE encoding = $encoding ORDER BY video
        """,
        PlanSummaryColumns.Read, ("$encoding", encodingId));

    public static List<VideoId> ListToAggregate(Session session, string encodingId) => session.List(
        "SELECT video FROM plan WHERE encoding = $encoding AND embedded > 0 ORDER BY number",
        row => VideoId.Parse(row.Text(0)), ("$encoding", encodingId));

    private static void AddChunks(Session session, long number, IReadOnlyList<Chunk> chunks)
    {
        foreach (var chunk in chunks)
            session.Execute("INSERT INTO chunk (plan, chunk_index, first_sample, end_sample) VALUES ($plan, $index, $first, $end)",
                ("$plan", number), ("$index", chunk.Index), ("$first", chunk.Samples.First), ("$end", chunk.Samples.End));
    }

    private static void PutTicks(Session session, long number, long[]? listedTicks)
    {
        if (listedTicks is null) return;
        session.Execute("INSERT INTO plan_ticks (plan, ticks) VALUES ($plan, $ticks) ON CONFLICT (plan) DO UPDATE SET ticks = excluded.ticks",
            ("$plan", number), ("$ticks", TickBytes.Of(listedTicks)));
    }
}
