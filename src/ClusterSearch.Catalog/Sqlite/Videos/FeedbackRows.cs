using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Catalog.Videos;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Sqlite.Videos;

/// <summary>Verdicts on moments, one for each query key, video and range.</summary>
internal static class FeedbackRows
{
    private const string Select = $"SELECT {FeedbackColumns.All} FROM feedback";
    private const string Ordered = $"ORDER BY {FeedbackColumns.Order}";

    /// <exception cref="ClusterSearchException">video.not_found.</exception>
    public static Feedback Put(Session session, Feedback feedback) => session.First($"""
        INSERT INTO feedback ({FeedbackColumns.All})
        SELECT $key, $query, id, $start, $end, $relevant, $now FROM video WHERE id = $video
        ON CONFLICT (query_key, video, start_seconds, end_seconds) DO UPDATE SET
            query = excluded.query, is_relevant = excluded.is_relevant, recorded_ms = excluded.recorded_ms
        RETURNING {FeedbackColumns.All}
        """,
        FeedbackColumns.Read,
        ("$key", feedback.QueryKey), ("$query", feedback.Query), ("$start", feedback.Start), ("$end", feedback.End),
        ("$relevant", feedback.IsRelevant), ("$now", session.NowMilliseconds()), ("$video", feedback.Video.Value))
        ?? throw FeedbackColumns.NoVideo(feedback.Video);

    public static bool Delete(Session session, string queryKey, VideoId video, double start, double end) => session.Execute(
        "DELETE FROM feedback WHERE query_key = $key AND video = $video AND start_seconds = $start AND end_seconds = $end",
        ("$key", queryKey), ("$video", video.Value), ("$start", start), ("$end", end)) > 0;

    public static List<Feedback> List(Session session, string? queryKey, VideoId? video) => (queryKey, video?.Value) switch
    {
        (null, null) => session.List($"{Select} {Ordered}", FeedbackColumns.Read),
        (null, { } id) => session.List($"{Select} WHERE video = $video {Ordered}", FeedbackColumns.Read, ("$video", id)),
        ({ } key, null) => session.List($"{Select} WHERE query_key = $key {Ordered}", FeedbackColumns.Read, ("$key", key)),
        ({ } key, { } id) => session.List($"{Select} WHERE query_key = $key AND video = $video {Ordered}", FeedbackColumns.Read, ("$key", key), ("$video", id)),
    };
}
