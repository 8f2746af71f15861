using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Sqlite.Videos;

/// <summary>Where videos lie. A place holds one video; a video lies at any number of places, or at none.</summary>
internal static class Places
{
    public static PlaceRecord? Find(Session session, Place place) => session.First(
        "SELECT video, file_bytes, modified_ns FROM place WHERE root = $root AND relative_path = $path",
        row => new PlaceRecord(place, VideoId.Parse(row.Text(0)), row.Int64(1), row.Int64(2)),
        ("$root", place.Root), ("$path", place.RelativePath));

    public static void Record(Session session, PlaceRecord record)
    {
        Roots.Require(session, record.Place);
        VideoRows.Require(session, record.Video);
        // A rerun records ten thousand places as they are: what has not changed is not written, and then not synced.
        session.Execute("""
            INSERT INTO place (root, relative_path, video, file_bytes, modified_ns) VALUES ($root, $path, $video, $bytes, $modified)
            ON CONFLICT (root, relative_path) DO UPDATE SET
                video = excluded.video, file_bytes = excluded.file_bytes, modified_ns = excluded.modified_ns
            WHERE video <> excluded.video OR file_bytes <> excluded.file_bytes OR modified_ns <> excluded.modified_ns
            """,
            ("$root", record.Place.Root), ("$path", record.Place.RelativePath), ("$video", record.Video.Value),
            ("$bytes", record.FileBytes), ("$modified", record.ModifiedAtUnixNanoseconds));
    }

    public static void Forget(Session session, Place place) => session.Execute(
        "DELETE FROM place WHERE root = $root AND relative_path = $path", ("$root", place.Root), ("$path", place.RelativePath));

    public static List<Place> Of(Session session, VideoId video) => session.List(
        "SELECT root, relative_path FROM place WHERE video = $video ORDER BY root, relative_path",
        row => new Place(row.Text(0), row.Text(1)), ("$video", video.Value));

    public static ILookup<string, Place> ByVideo(Session session) => session.List(
        "SELECT video, root, relative_path FROM place ORDER BY root, relative_path",
        row => (Video: row.Text(0), Place: new Place(row.Text(1), row.Text(2))))
        .ToLookup(entry => entry.Video, entry => entry.Place, StringComparer.Ordinal);
}
