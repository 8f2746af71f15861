using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Sqlite.Videos;

/// <summary>
/// Why files cannot be ingested, one a place. A video is failed while every place that it lies at has a failure (or,
/// lying nowhere, while one names it): a second, sound copy keeps it alive.
/// </summary>
internal static class FailureRows
{
    /// <summary>SQL condition over a row named p with a column video.</summary>
    public const string VideoIsNotFailed = """
        (EXISTS (SELECT 1 FROM place WHERE place.video = p.video AND NOT EXISTS (
            SELECT 1 FROM failure WHERE failure.root = place.root AND failure.relative_path = place.relative_path))
        OR (NOT EXISTS (SELECT 1 FROM place WHERE place.video = p.video)
            AND NOT EXISTS (SELECT 1 FROM failure WHERE failure.video = p.video)))
        """;

    public static void Record(Session session, FailureRecord record)
    {
        Roots.Require(session, record.Place);
        session.Execute("""
            INSERT INTO failure (root, relative_path, video, code, message) VALUES ($root, $path, $video, $code, $message)
            ON CONFLICT (root, relative_path) DO UPDATE SET
                video = excluded.video, code = excluded.code, message = excluded.message
            WHERE video IS NOT excluded.video OR code <> excluded.code OR message <> excluded.message
            """,
            ("$root", record.Place.Root), ("$path", record.Place.RelativePath), ("$video", record.Video?.Value),
            ("$code", record.Failure.Code), ("$message", record.Failure.Message));
    }

    public static void Clear(Session session, Place place) => session.Execute(
        "DELETE FROM failure WHERE root = $root AND relative_path = $path", ("$root", place.Root), ("$path", place.RelativePath));

    /// <summary>Those that name the video and those at its places.</summary>
    public static void ClearOf(Session session, VideoId video) => session.Execute("""
        DELETE FROM failure WHERE video = $video
            OR (root, relative_path) IN (SELECT root, relative_path FROM place WHERE place.video = $video)
        """, ("$video", video.Value));

    public static void ClearAll(Session session) => session.Execute("DELETE FROM failure");

    public static List<FailureRecord> List(Session session) => session.List(
        "SELECT root, relative_path, video, code, message FROM failure ORDER BY root, relative_path",
        row => new FailureRecord(
            new Place(row.Text(0), row.Text(1)),
            row.TextOrNull(2) is { } video ? VideoId.Parse(video) : null,
            new Failure(row.Text(3), row.Text(4))));
}
