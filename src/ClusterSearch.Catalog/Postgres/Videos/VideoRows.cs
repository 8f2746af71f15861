using System.Globalization;
using ClusterSearch.Catalog.Ledger;
using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Catalog.Videos;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using Npgsql;

namespace ClusterSearch.Catalog.Postgres.Videos;

/// <summary>Videos by content. A null attribute or warning keeps what was known; facts are replaced.</summary>
internal static class VideoRows
{
    public static async Task<VideoRecord> PutAsync(PostgresSession session, VideoRecord video)
    {
        await session.ExecuteAsync("""
            INSERT INTO video AS v (id, facts, duration_us, camera, zone, recorded_at, warning, growing)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (id) DO UPDATE SET
                facts = excluded.facts, duration_us = excluded.duration_us, growing = excluded.growing,
                camera = coalesce(excluded.camera, v.camera), zone = coalesce(excluded.zone, v.zone),
                recorded_at = coalesce(excluded.recorded_at, v.recorded_at), warning = coalesce(excluded.warning, v.warning)
            WHERE (v.facts, v.growing, v.camera, v.zone, v.recorded_at, v.warning) IS DISTINCT FROM (excluded.facts, excluded.growing,
                coalesce(excluded.camera, v.camera), coalesce(excluded.zone, v.zone),
                coalesce(excluded.recorded_at, v.recorded_at), coalesce(excluded.warning, v.warning))
            """,
            video.Id.Value, VideoFactsJson.Write(video.Facts), (long)Math.Round(video.Facts.DurationSeconds * 1e6),
            video.Attributes.Camera, video.Attributes.Zone,
            video.Attributes.RecordedAt?.ToString("O", CultureInfo.InvariantCulture), video.Warning, video.IsGrowing);
        return (await FindAsync(session, video.Id))!;
    }

    public static async Task<VideoRecord?> FindAsync(PostgresSession session, VideoId video) =>
        await session.FirstAsync($"SELECT {VideoColumns.All} FROM video WHERE id = $1", VideoColumns.Read, video.Value) is { } record
            ? record with { Places = await Places.OfAsync(session, video) }
            : null;

    public static async Task<List<VideoRecord>> ListAsync(PostgresSession session)
    {
        var places = await Places.ByVideoAsync(session);
        return await session.ListAsync($"SELECT {VideoColumns.All} FROM video ORDER BY id", row =>
        {
            var record = VideoColumns.Read(row);
            return record with { Places = [.. places[record.Id.Value]] };
        });
    }

    /// <summary>With places, plans, chunks, feedback (by cascade) and failures.</summary>
    public static async Task RemoveAsync(PostgresSession session, VideoId video)
    {
        await Places.LockAsync(session);
        await session.ExistsAsync("SELECT 1 FROM video WHERE id = $1 FOR UPDATE", video.Value);
        await FailureRows.ClearOfAsync(session, video);
        await session.ExecuteAsync("DELETE FROM video WHERE id = $1", video.Value);
    }

    public static async Task<bool> RenameAsync(PostgresSession session, VideoId provisional, VideoId final)
    {
        await Places.LockAsync(session);
        await session.ListAsync("SELECT id FROM video WHERE id = $1 OR id = $2 ORDER BY id FOR NO KEY UPDATE", row => row.Text(0), provisional.Value, final.Value);
        await session.ExecuteAsync("""
            INSERT INTO video (id, facts, duration_us, camera, zone, recorded_at, warning, growing)
            SELECT $2, facts, duration_us, camera, zone, recorded_at, warning, growing FROM video WHERE id = $1
            ON CONFLICT (id) DO NOTHING
            """, provisional.Value, final.Value);
        if (!await session.ExistsAsync("SELECT 1 FROM video WHERE id = $1", provisional.Value)) return false;
        await session.ListAsync("SELECT number FROM plan WHERE video = $1 ORDER BY number FOR NO KEY UPDATE", row => row.Int64(0), provisional.Value);
        // A lease names the provisional id: whoever holds it is fenced. The index has nothing under the final one.
        await session.ExecuteAsync($"UPDATE chunk SET state = 0, {ChunkColumns.NotHeld} WHERE plan IN (SELECT number FROM plan WHERE video = $1) AND state = 1", provisional.Value);
        await session.ExecuteAsync("UPDATE chunk SET state = 2 WHERE plan IN (SELECT number FROM plan WHERE video = $1) AND state = 3", provisional.Value);
        await session.ExecuteAsync("""
            UPDATE plan SET video = $2, duration_us = (SELECT duration_us FROM video WHERE id = $2)
            WHERE video = $1 AND encoding NOT IN (SELECT encoding FROM plan WHERE video = $2)
            """, provisional.Value, final.Value);
        await session.ExecuteAsync("UPDATE place SET video = $2 WHERE video = $1", provisional.Value, final.Value);
        await session.ExecuteAsync("UPDATE failure SET video = $2 WHERE video = $1", provisional.Value, final.Value);
        // What stays behind goes with the provisional row.
        await session.ExecuteAsync("""
            UPDATE feedback AS f SET video = $2 WHERE video = $1 AND NOT EXISTS (SELECT 1 FROM feedback AS had
                WHERE had.query_key = f.query_key AND had.video = $2 AND had.start_seconds = f.start_seconds AND had.end_seconds = f.end_seconds)
            """, provisional.Value, final.Value);
        await session.ExecuteAsync("DELETE FROM video WHERE id = $1", provisional.Value);
        await session.ExistsAsync("SELECT judge_video($1)", final.Value);
        return true;
    }

    /// <summary>Keeps others from changing what decides whether the video is failed, until the transaction ends.</summary>
    /// <exception cref="ClusterSearchException">video.not_found.</exception>
    public static async Task LockAsync(PostgresSession session, VideoId video)
    {
        if (!await session.ExistsAsync("SELECT 1 FROM video WHERE id = $1 FOR NO KEY UPDATE", video.Value))
            throw new ClusterSearchException(ErrorCodes.VideoNotFound, $"the catalogue holds no video {video}; put it first");
    }
}
