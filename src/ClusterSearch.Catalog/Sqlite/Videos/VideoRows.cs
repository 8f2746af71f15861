using System.Globalization;
using ClusterSearch.Catalog.Ledger;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Catalog.Videos;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Catalog.Sqlite.Videos;

/// <summary>Videos by content. A null attribute or warning keeps what was known; facts are replaced.</summary>
internal static class VideoRows
{
    public static VideoRecord Put(Session session, VideoRecord video)
    {
        session.Execute("""
            INSERT INTO video (id, facts, duration_us, camera, zone, recorded_at, warning, growing)
            VALUES ($id, $facts, $duration, $camera, $zone, $recorded, $warning, $growing)
            ON CONFLICT (id) DO UPDATE SET
                facts = excluded.facts, duration_us = excluded.duration_us, growing = excluded.growing,
                camera = coalesce(excluded.camera, camera), zone = coalesce(excluded.zone, zone),
                recorded_at = coalesce(excluded.recorded_at, recorded_at), warning = coalesce(excluded.warning, warning)
            WHERE facts <> excluded.facts OR growing <> excluded.growing
                OR camera IS NOT coalesce(excluded.camera, camera) OR zone IS NOT coalesce(excluded.zone, zone)
                OR recorded_at IS NOT coalesce(excluded.recorded_at, recorded_at) OR warning IS NOT coalesce(excluded.warning, warning)
            """,
            ("$id", video.Id.Value), ("$facts", VideoFactsJson.Write(video.Facts)), ("$duration", (long)Math.Round(video.Facts.DurationSeconds * 1e6)),
            ("$camera", video.Attributes.Camera), ("$zone", video.Attributes.Zone),
            ("$recorded", video.Attributes.RecordedAt?.ToString("O", CultureInfo.InvariantCulture)), ("$warning", video.Warning),
            ("$growing", video.IsGrowing));
        return Find(session, video.Id)!;
    }

    public static VideoRecord? Find(Session session, VideoId video) =>
        session.First($"SELECT {VideoColumns.All} FROM video WHERE id = $id", VideoColumns.Read, ("$id", video.Value)) is { } record
            ? record with { Places = Places.Of(session, video) }
            : null;

    public static List<VideoRecord> List(Session session)
    {
        var places = Places.ByVideo(session);
        return session.List($"SELECT {VideoColumns.All} FROM video ORDER BY id", row =>
        {
            var record = VideoColumns.Read(row);
            return record with { Places = [.. places[record.Id.Value]] };
        });
    }

    /// <summary>With places, plans, chunks, feedback (by cascade) and failures.</summary>
    public static void Remove(Session session, VideoId video)
    {
        FailureRows.ClearOf(session, video);
        session.Execute("DELETE FROM video WHERE id = $video", ("$video", video.Value));
    }

    public static bool Rename(Session session, VideoId provisional, VideoId final)
    {
        (string, object?)[] ids = [("$provisional", provisional.Value), ("$final", final.Value)];
        session.Execute("""
            INSERT INTO video (id, facts, duration_us, camera, zone, recorded_at, warning, growing)
            SELECT $final, facts, duration_us, camera, zone, recorded_at, warning, growing FROM video WHERE id = $provisional
            ON CONFLICT (id) DO NOTHING
            """, ids);
        if (!session.Exists("SELECT 1 FROM video WHERE id = $id", ("$id", provisional.Value))) return false;
        session.Execute("UPDATE place SET video = $final WHERE video = $provisional", ids);
        session.Execute("UPDATE failure SET video = $final WHERE video = $provisional", ids);
        // What is ignored goes with the provisional row.
        session.Execute("UPDATE OR IGNORE feedback SET video = $final WHERE video = $provisional", ids);
        // A lease names the provisional id: whoever holds it is fenced. The index has nothing under the final one.
        session.Execute($"UPDATE chunk SET state = 0, {ChunkColumns.NotHeld} WHERE plan IN (SELECT number FROM plan WHERE video = $provisional) AND state = 1", ids[0]);
        session.Execute("UPDATE chunk SET state = 2 WHERE plan IN (SELECT number FROM plan WHERE video = $provisional) AND state = 3", ids[0]);
        session.Execute("""
            UPDATE plan SET video = $final, duration_us = (SELECT duration_us FROM video WHERE id = $final)
            WHERE video = $provisional AND encoding NOT IN (SELECT encoding FROM plan WHERE video = $final)
            """, ids);
        session.Execute("DELETE FROM video WHERE id = $provisional", ids[0]);
        return true;
    }

    /// <exception cref="ClusterSearchException">video.not_found.</exception>
    public static void Require(Session session, VideoId video)
    {
        if (!session.Exists("SELECT 1 FROM video WHERE id = $video", ("$video", video.Value)))
            throw new ClusterSearchException(ErrorCodes.VideoNotFound, $"the catalogue holds no video {video}; put it first");
    }
}
