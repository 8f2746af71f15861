using ClusterSearch.Catalog.Ledger;
using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Catalog.Postgres.Videos;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Postgres.Ledger;

/// <summary>How videos are split. A plan is made once; it never changes but by growing at its end with its recording.</summary>
internal static class Plans
{
    public static async Task<VideoPlan> PlanAsync(
        PostgresSession session, VideoId video, string encodingId, IReadOnlyList<Chunk> chunks, long[]? listedTicks, string? trace)
    {
        if (await FindAsync(session, video, encodingId) is { } existing) return existing;
        await VideoRows.LockAsync(session, video);
        await EncodingRows.RequireAsync(session, encodingId);
        var number = await session.FirstAsync<long?>("""
            INSERT INTO plan (encoding, video, duration_us, planned_samples, pending, is_failed, trace)
            SELECT $1, id, duration_us, $3, $4, is_video_failed(id), $5::text FROM video WHERE id = $2
            ON CONFLICT (encoding, video) DO NOTHING RETURNING number
            """,
            row => row.Int64(0), encodingId, video.Value, chunks.Sum(chunk => chunk.Samples.Count), chunks.Count, trace);
        // Another process planned it while this one waited for the video.
        if (number is not { } plan) return (await FindAsync(session, video, encodingId))!;
        await AddChunksAsync(session, plan, chunks);
        await PutTicksAsync(session, plan, listedTicks);
        return new VideoPlan(video, encodingId, [.. chunks], listedTicks) { Trace = trace };
    }

    public static async Task<VideoPlan> ExtendAsync(PostgresSession session, VideoId video, string encodingId, IReadOnlyList<Chunk> chunks, long[]? listedTicks)
    {
        var number = await session.FirstAsync<long?>("SELECT number FROM plan WHERE encoding = $1 AND video = $2 FOR NO KEY UPDATE",
            row => row.Int64(0), encodingId, video.Value);
        if (number is null || await FindAsync(session, video, encodingId) is not { } plan)
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"video {video} has no plan in encoding {encodingId} that could be extended; plan it first");
        var added = PlanGrowth.Of(plan, chunks);
        if (added.Count > 0)
        {
            await AddChunksAsync(session, number.Value, added);
            await session.ExecuteAsync("UPDATE plan SET planned_samples = planned_samples + $2, pending = pending + $3 WHERE number = $1",
                number, added.Sum(chunk => chunk.Samples.Count), added.Count);
        }
        await PutTicksAsync(session, number.Value, listedTicks);
        return plan with { Chunks = [.. plan.Chunks, .. added], ListedTicks = listedTicks ?? plan.ListedTicks };
    }

    public static Task SetPriorityAsync(PostgresSession session, VideoId video, int priority) =>
        session.ExecuteAsync("UPDATE plan SET priority = $2 WHERE video = $1 AND priority <> $2", video.Value, priority);

    public static async Task<VideoPlan?> FindAsync(PostgresSession session, VideoId video, string encodingId)
    {
        var chunks = await session.ListAsync("""
            SELECT chunk_index, first_sample, end_sample FROM chunk
            WHERE plan = (SELECT number FROM plan WHERE encoding = $1 AND video = $2) ORDER BY chunk_index
            """,
            row => new Chunk(row.Int32(0), new SampleRange(row.Int64(1), row.Int64(2))), encodingId, video.Value);
        if (chunks.Count == 0) return null;
        var ticks = await session.FirstAsync("SELECT ticks FROM plan_ticks JOIN plan ON number = plan WHERE encoding = $1 AND video = $2",
            row => TickBytes.Read(row.Bytes(0)), encodingId, video.Value);
        var trace = await session.FirstAsync("SELECT trace FROM plan WHERE encoding = $1 AND video = $2",
            row => row.IsNull(0) ? null : row.Text(0), encodingId, video.Value);
        return new VideoPlan(video, encodingId, chunks, ticks) { Trace = trace };
    }

    public static Task<List<VideoPlanSummary>> ListAsync(PostgresSession session, string encodingId) => session.ListAsync($"""
        SELECT {PlanSummaryColumns.Common}, CASE WHEN NOT is_mixed THEN encoder END
        FROM plan WHERE encoding = $1 ORDER BY video
        """,
        PlanSummaryColumns.Read, encodingId);

    public static Task<List<VideoId>> ListToAggregateAsync(PostgresSession session, string encodingId) => session.ListAsync(
        "SELECT video FROM plan WHERE encoding = $1 AND to_aggregate ORDER BY number", row => VideoId.Parse(row.Text(0)), encodingId);

    private static Task<int> AddChunksAsync(PostgresSession session, long plan, IReadOnlyList<Chunk> chunks) => session.ExecuteAsync("""
        INSERT INTO chunk (plan, chunk_index, first_sample, end_sample)
        SELECT $1, * FROM unnest($2::integer[], $3::bigint[], $4::bigint[])
        """,
        plan, chunks.Select(chunk => chunk.Index).ToArray(), chunks.Select(chunk => chunk.Samples.First).ToArray(), chunks.Select(chunk => chunk.Samples.End).ToArray());

    private static async Task PutTicksAsync(PostgresSession session, long plan, long[]? listedTicks)
    {
        if (listedTicks is null) return;
        await session.ExecuteAsync("INSERT INTO plan_ticks (plan, ticks) VALUES ($1, $2) ON CONFLICT (plan) DO UPDATE SET ticks = excluded.ticks",
            plan, TickBytes.Of(listedTicks));
    }
}
