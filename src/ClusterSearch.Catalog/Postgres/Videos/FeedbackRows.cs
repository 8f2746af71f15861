using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Catalog.Videos;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Postgres.Videos;

/// <summary>Verdicts on moments, one for each query key, video and range.</summary>
internal static class FeedbackRows
{
    private const string Select = $"SELECT {FeedbackColumns.All} FROM feedback";
    private const string Ordered = $"ORDER BY {FeedbackColumns.Order}";

    /// <exception cref="ClusterSearchException">video.not_found.</exception>
    public static async Task<Feedback> PutAsync(PostgresSession session, Feedback feedback) => await session.FirstAsync($"""
        INSERT INTO feedback ({FeedbackColumns.All})
        SELECT $1, $2, id, $4, $5, $6, floor(extract(epoch FROM clock_timestamp() + $7) * 1000)::bigint FROM video WHERE id = $3 FOR KEY SHARE
        ON CONFLICT (query_key, video, start_seconds, end_seconds) DO UPDATE SET
            query = excluded.query, is_relevant = excluded.is_relevant, recorded_ms = excluded.recorded_ms
        RETURNING {FeedbackColumns.All}
        """,
        FeedbackColumns.Read,
        feedback.QueryKey, feedback.Query, feedback.Video.Value, feedback.Start, feedback.End, feedback.IsRelevant, session.ClockOffset)
        ?? throw FeedbackColumns.NoVideo(feedback.Video);

    public static async Task<bool> DeleteAsync(PostgresSession session, string queryKey, VideoId video, double start, double end) => await session.ExecuteAsync(
        "DELETE FROM feedback WHERE query_key = $1 AND video = $2 AND start_seconds = $3 AND end_seconds = $4", queryKey, video.Value, start, end) > 0;

    public static Task<List<Feedback>> ListAsync(PostgresSession session, string? queryKey, VideoId? video) => (queryKey, video?.Value) switch
    {
        (null, null) => session.ListAsync($"{Select} {Ordered}", FeedbackColumns.Read),
        (null, { } id) => session.ListAsync($"{Select} WHERE video = $1 {Ordered}", FeedbackColumns.Read, id),
        ({ } key, null) => session.ListAsync($"{Select} WHERE query_key = $1 {Ordered}", FeedbackColumns.Read, key),
        ({ } key, { } id) => session.ListAsync($"{Select} WHERE query_key = $1 AND video = $2 {Ordered}", FeedbackColumns.Read, key, id),
    };
}
