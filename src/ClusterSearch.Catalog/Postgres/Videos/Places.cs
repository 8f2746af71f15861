using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Postgres.Videos;

/// <summary>Where videos lie. A place holds one video; a video lies at any number of places, or at none.</summary>
internal static class Places
{
    public static Task<PlaceRecord?> FindAsync(PostgresSession session, Place place) => session.FirstAsync(
        "SELECT video, file_bytes, modified_ns FROM place WHERE root = $1 AND relative_path = $2",
        row => new PlaceRecord(place, VideoId.Parse(row.GetString(0)), row.GetInt64(1), row.GetInt64(2)),
        place.Root, place.RelativePath);

    public static async Task RecordAsync(PostgresSession session, PlaceRecord record)
    {
        // A rerun records ten thousand places as they are.
        if (await FindAsync(session, record.Place) == record) return;
        await Roots.RequireAsync(session, record.Place);
        await LockAsync(session);
        await VideoRows.LockAsync(session, record.Video);
        await session.ExecuteAsync("""
            INSERT INTO place (root, relative_path, video, file_bytes, modified_ns) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (root, relative_path) DO UPDATE SET
                video = excluded.video, file_bytes = excluded.file_bytes, modified_ns = excluded.modified_ns
            """,
            record.Place.Root, record.Place.RelativePath, record.Video.Value, record.FileBytes, record.ModifiedAtUnixNanoseconds);
    }

    public static async Task ForgetAsync(PostgresSession session, Place place)
    {
        if (await FindAsync(session, place) is null) return;
        await LockAsync(session);
        await session.ExecuteAsync("DELETE FROM place WHERE root = $1 AND relative_path = $2", place.Root, place.RelativePath);
    }

    /// <summary>
    /// Lets changes of places and failures come one after the other, until the transaction ends. Each may concern several videos,
    /// and which ones others may change meanwhile: locking just those would sometimes lock two ways round.
    /// </summary>
    public static Task LockAsync(PostgresSession session) =>
        session.ExistsAsync("SELECT pg_advisory_xact_lock(hashtextextended('clustersearch places of ' || current_schema, 0))");

    public static Task<List<Place>> OfAsync(PostgresSession session, VideoId video) => session.ListAsync(
        "SELECT root, relative_path FROM place WHERE video = $1 ORDER BY root, relative_path",
        row => new Place(row.GetString(0), row.GetString(1)), video.Value);

    public static async Task<ILookup<string, Place>> ByVideoAsync(PostgresSession session) => (await session.ListAsync(
        "SELECT video, root, relative_path FROM place ORDER BY root, relative_path",
        row => (Video: row.GetString(0), Place: new Place(row.GetString(1), row.GetString(2)))))
        .ToLookup(entry => entry.Video, entry => entry.Place, StringComparer.Ordinal);
}
