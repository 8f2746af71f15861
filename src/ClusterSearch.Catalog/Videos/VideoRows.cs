using System.Globalization;
using ClusterSearch.Catalog.Storage;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Catalog.Videos;

/// <summary>Videos by content. A null attribute or warning keeps what was known; facts are replaced.</summary>
internal static class VideoRows
{
    private const string AllColumns = "id, facts, camera, zone, recorded_at, warning";

    public static VideoRecord Put(Session session, VideoRecord video)
    {
        session.Execute("""
            INSERT INTO video (id, facts, duration_us, camera, zone, recorded_at, warning)
            VALUES ($id, $facts, $duration, $camera, $zone, $recorded, $warning)
            ON CONFLICT (id) DO UPDATE SET
                facts = excluded.facts, duration_us = excluded.duration_us,
                camera = coalesce(excluded.camera, camera), zone = coalesce(excluded.zone, zone),
                recorded_at = coalesce(excluded.recorded_at, recorded_at), warning = coalesce(excluded.warning, warning)
            WHERE facts <> excluded.facts
                OR camera IS NOT coalesce(excluded.camera, camera) OR zone IS NOT coalesce(excluded.zone, zone)
                OR recorded_at IS NOT coalesce(excluded.recorded_at, recorded_at) OR warning IS NOT coalesce(excluded.warning, warning)
            """,
            ("$id", video.Id.Value), ("$facts", VideoFactsJson.Write(video.Facts)), ("$duration", (long)Math.Round(video.Facts.DurationSeconds * 1e6)),
            ("$camera", video.Attributes.Camera), ("$zone", video.Attributes.Zone),
            ("$recorded", video.Attributes.RecordedAt?.ToString("O", CultureInfo.InvariantCulture)), ("$warning", video.Warning));
        return Find(session, video.Id)!;
    }

    public static VideoRecord? Find(Session session, VideoId video) =>
        session.First($"SELECT {AllColumns} FROM video WHERE id = $id", Read, ("$id", video.Value)) is { } record
            ? record with { Places = Places.Of(session, video) }
            : null;

    public static List<VideoRecord> List(Session session)
    {
        var places = Places.ByVideo(session);
        return session.List($"SELECT {AllColumns} FROM video ORDER BY id", row =>
        {
            var record = Read(row);
            return record with { Places = [.. places[record.Id.Value]] };
        });
    }

    /// <summary>With places, plans, chunks (by cascade) and failures.</summary>
    public static void Remove(Session session, VideoId video)
    {
        FailureRows.ClearOf(session, video);
        session.Execute("DELETE FROM video WHERE id = $video", ("$video", video.Value));
    }

    /// <exception cref="ClusterSearchException">video.not_found.</exception>
    public static void Require(Session session, VideoId video)
    {
        if (!session.Exists("SELECT 1 FROM video WHERE id = $video", ("$video", video.Value)))
            throw new ClusterSearchException(ErrorCodes.VideoNotFound, $"the catalogue holds no video {video}; put it first");
    }

    private static VideoRecord Read(Row row)
    {
        var id = VideoId.Parse(row.Text(0));
        return new VideoRecord
        {
            Id = id,
            Facts = VideoFactsJson.Read(row.Text(1), id),
            Attributes = new VideoAttributes(row.TextOrNull(2), row.TextOrNull(3),
                row.TextOrNull(4) is { } text ? DateTimeOffset.ParseExact(text, "O", CultureInfo.InvariantCulture) : null),
            Warning = row.TextOrNull(5),
        };
    }
}
