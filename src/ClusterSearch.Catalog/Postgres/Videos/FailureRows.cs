using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Postgres.Videos;

/// <summary>Why files cannot be ingested, one a place. Which videos are failed by it: <see cref="FailedVideos"/>.</summary>
internal static class FailureRows
{
    public static async Task RecordAsync(PostgresSession session, FailureRecord record)
    {
        await Roots.RequireAsync(session, record.Place);
        await Places.LockAsync(session);
        await session.ExecuteAsync("""
            INSERT INTO failure (root, relative_path, video, code, message) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (root, relative_path) DO UPDATE SET video = excluded.video, code = excluded.code, message = excluded.message
            WHERE (failure.video, failure.code, failure.message) IS DISTINCT FROM (excluded.video, excluded.code, excluded.message)
            """,
            record.Place.Root, record.Place.RelativePath, record.Video?.Value, record.Failure.Code, record.Failure.Message);
    }

    public static async Task ClearAsync(PostgresSession session, Place place)
    {
        if (!await session.ExistsAsync("SELECT 1 FROM failure WHERE root = $1 AND relative_path = $2", place.Root, place.RelativePath)) return;
        await Places.LockAsync(session);
        await session.ExecuteAsync("DELETE FROM failure WHERE root = $1 AND relative_path = $2", place.Root, place.RelativePath);
    }

    /// <summary>Those that name the video and those at its places.</summary>
    public static Task ClearOfAsync(PostgresSession session, VideoId video) => session.ExecuteAsync("""
        DELETE FROM failure WHERE video = $1
            OR EXISTS (SELECT 1 FROM place WHERE place.root = failure.root AND place.relative_path = failure.relative_path AND place.video = $1)
        """, video.Value);

    public static Task ClearAllAsync(PostgresSession session) => session.ExecuteAsync("DELETE FROM failure");

    public static Task<List<FailureRecord>> ListAsync(PostgresSession session) => session.ListAsync(
        "SELECT root, relative_path, video, code, message FROM failure ORDER BY root, relative_path",
        row => new FailureRecord(
            new Place(row.GetString(0), row.GetString(1)),
            row.TextOrNull(2) is { } video ? VideoId.Parse(video) : null,
            new Failure(row.GetString(3), row.GetString(4))));
}
